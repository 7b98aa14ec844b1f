package dev.headclip.method.local;

import dev.headclip.clip.Block;
import dev.headclip.clip.Clip;
import dev.headclip.clip.TowerConfig;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;
import java.util.Optional;

/**
 * The output projections of the CSA layers with the head weights folded in: concat_h(w_h C_h) W_O^T
 * = concat_h(C_h) (W_O diag(w))^T, so weighting costs nothing per image (Eq. 4 and 5).
 *
 * <p>Folded ones are tensors named {@code local.layers.L.weight} [width,width] and {@code .bias}
 * [width]; where they are absent, the tower's own serve.
 */
final class LocalProjections {
  private LocalProjections() {}

  /** One layer's. */
  record Projection<T>(T weight, T bias) {}

  private static String name(int layer) {
    return "local.layers." + layer;
  }

  /**
   * Folds; differentiable in the head weights.
   *
   * @param headWeights [csa layers, heads]
   */
  static <T> Tensors<T> folded(TensorOps<T> ops, Clip<T> clip, LocalPath path, T headWeights) {
    TowerConfig tower = clip.config().vision();
    T w =
        switch (path.constraint()) {
          case NONE -> headWeights;
          case POSITIVE -> ops.relu(headWeights);
          case SOFTMAX -> ops.scale(ops.softmax(headWeights), tower.heads());
        };
    Tensors<T> all = Tensors.none();
    for (int l = path.first(); l <= Math.min(path.last(), tower.layers()); l++) {
      int row = l - path.first();
      Projection<T> p =
          fold(ops, path, tower, clip.vision().block(l), ops.slice(w, 0, row, row + 1));
      all = all.with(name(l) + ".weight", p.weight()).with(name(l) + ".bias", p.bias());
    }
    return all;
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

  /** The projection of a layer: the folded one, or the tower's. */
  static <T> Projection<T> of(Tensors<T> folded, Block<T> block, int layer) {
    return weight(folded, layer)
        .map(w -> new Projection<>(w, folded.get(name(layer) + ".bias")))
        .orElseGet(() -> new Projection<>(block.projectionWeight(), block.projectionBias()));
  }

  static <T> Optional<T> weight(Tensors<T> folded, int layer) {
    return Optional.ofNullable(folded.named().get(name(layer) + ".weight"));
  }
}
