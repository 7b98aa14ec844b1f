package dev.headclip.clip;

import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.TensorOps;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The output projections of the CSA layers with the head weights folded in: concat_h(w_h C_h) W_O^T
 * = concat_h(C_h) (W_O diag(w))^T, so weighting costs nothing per image (Eq. 4 and 5).
 *
 * @param <T> the implementation's tensor
 */
public final class LocalProjections<T> {
  /**
   * One layer.
   *
   * @param weight W_O with weighted columns, [width,width]
   * @param bias [width]
   */
  record Projection<T>(T weight, T bias) {}

  private final int first;
  private final List<Projection<T>> layers;

  private LocalProjections(int first, List<Projection<T>> layers) {
    this.first = first;
    this.layers = layers;
  }

  /**
   * Folds; differentiable in the head weights.
   *
   * @param headWeights [csa layers, heads], or empty for all 1: then nothing is copied
   */
  public static <T> LocalProjections<T> of(
      TensorOps<T> ops,
      ClipConfig config,
      Weights<T> weights,
      LocalPath path,
      Optional<T> headWeights) {
    TowerConfig tower = config.vision();
    int last = Math.min(path.last(), tower.layers());
    Optional<T> constrained = headWeights.map(w -> constrain(ops, path, tower.heads(), w));
    List<Projection<T>> all = new ArrayList<>();
    for (int l = path.first(); l <= last; l++) {
      Block<T> block = new Block<>(weights, ClipNames.VISION_LAYERS, l, tower);
      int row = l - path.first();
      all.add(
          constrained
              .map(w -> fold(ops, path, tower, block, ops.slice(w, 0, row, row + 1)))
              .orElseGet(() -> new Projection<>(block.projectionWeight(), block.projectionBias())));
    }
    return new LocalProjections<>(path.first(), all);
  }

  /**
   * Ready ones.
   *
   * @param first first CSA layer
   * @param tensors as {@link #tensors} gives them
   */
  public static <T> LocalProjections<T> of(int first, List<T> tensors) {
    List<Projection<T>> all = new ArrayList<>();
    for (int i = 0; i < tensors.size(); i += 2) {
      all.add(new Projection<>(tensors.get(i), tensors.get(i + 1)));
    }
    return new LocalProjections<>(first, all);
  }

  Projection<T> layer(int l) {
    return layers.get(l - first);
  }

  /** All tensors, for scopes and owners. */
  public List<T> tensors() {
    List<T> all = new ArrayList<>();
    for (Projection<T> p : layers) {
      all.add(p.weight());
      all.add(p.bias());
    }
    return all;
  }

  private static <T> T constrain(TensorOps<T> ops, LocalPath path, int heads, T w) {
    return switch (path.constraint()) {
      case NONE -> w;
      case POSITIVE -> ops.relu(w);
      case SOFTMAX -> ops.scale(ops.softmax(w), heads);
    };
  }

  /** {@code row}: [1,heads]. */
  private static <T> Projection<T> fold(
      TensorOps<T> ops, LocalPath path, TowerConfig tower, Block<T> block, T row) {
    int heads = tower.heads();
    long d = tower.width() / heads;
    T columns = ops.mul(ops.reshape(row, heads, 1), ops.constant(HostTensor.filled(1, 1, (int) d)));
    T weight = ops.mul(block.projectionWeight(), ops.reshape(columns, 1, tower.width()));
    if (!path.scaleBias()) {
      return new Projection<>(weight, block.projectionBias());
    }
    T mean = ops.linear(row, ops.constant(HostTensor.filled(1f / heads, 1, heads)));
    T bias = ops.mul(ops.reshape(mean, 1), block.projectionBias());
    return new Projection<>(weight, bias);
  }
}
