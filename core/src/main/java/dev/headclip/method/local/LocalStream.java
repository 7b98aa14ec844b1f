package dev.headclip.method.local;

import dev.headclip.clip.Block;
import dev.headclip.clip.LayerHook;
import dev.headclip.clip.VisionTower;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The local path beside the ordinary one, fed layer by layer by the tower.
 *
 * <p>Recommended wiring (AnomalyCLIP.py:135-168, docs/spec/headclip.md section 5): F_{first-1} =
 * G_{first-1}, F_l = F_{l-1} + concat_h(w_h^l C_h^l) W_O^l + b_O^l with C from LN1_l(G_{l-1}).
 */
final class LocalStream<T> implements LayerHook<T> {
  private final LocalPath path;
  private final List<Integer> outputs;
  private final Tensors<T> folded;
  private final VisionTower<T> tower;
  private final boolean whole;

  private final Map<Integer, T> taken = new TreeMap<>();
  private Optional<T> state = Optional.empty();
  private Optional<T> sumOfStates = Optional.empty();

  /**
   * @param folded see {@link LocalProjections}
   * @param whole whether the caller reads every token of the ordinary stream's last layer
   */
  LocalStream(
      LocalPath path,
      List<Integer> outputs,
      Tensors<T> folded,
      VisionTower<T> tower,
      boolean whole) {
    this.path = path;
    this.outputs = outputs;
    this.folded = folded;
    this.tower = tower;
    this.whole = whole;
  }

  @Override
  public Optional<T> projection(int layer) {
    return path.weightGlobal() && path.covers(layer)
        ? LocalProjections.weight(folded, layer)
        : Optional.empty();
  }

  @Override
  public List<T> beside(TensorOps<T> ops, int l, Block<T> block, T before, T values) {
    if (!path.covers(l)) {
      return List.of();
    }
    T v =
        path.input() == LocalPath.Input.GLOBAL || state.isEmpty()
            ? values
            : block.heads(ops, "v", block.norm1(ops, state.get()));
    return advance(ops, l, block, before, block.valueAttention(ops, v));
  }

  /**
   * From the heads' outputs on.
   *
   * @param c C^l, heads side by side, [B,1+N,width]
   * @return the tensors that must outlive the layer
   */
  List<T> advance(TensorOps<T> ops, int l, Block<T> block, T before, T c) {
    T previous = state.orElse(before);
    LocalProjections.Projection<T> p = LocalProjections.of(folded, block, l);
    T csa = ops.linear(c, p.weight(), p.bias());
    T next;
    if (path.ffn()) {
      T base = path.input() == LocalPath.Input.GLOBAL ? before : previous;
      next = block.mlp(ops, ops.add(base, csa));
    } else {
      next =
          switch (path.aggregate()) {
            case RESIDUAL, MEAN_STATES -> ops.add(previous, csa);
            case SUM_NO_SKIP -> state.map(s -> ops.add(s, csa)).orElse(csa);
            case PER_LAYER_MAPS -> csa;
          };
    }
    state = Optional.of(next);
    List<T> live = new ArrayList<>(List.of(next));
    if (path.aggregate() == LocalPath.Aggregate.MEAN_STATES) {
      T s = path.stateNorm() == LocalPath.StateNorm.LN_POST ? tower.postNorm(ops, next) : next;
      T sum = sumOfStates.map(m -> ops.add(m, s)).orElse(s);
      sumOfStates = Optional.of(sum);
      live.add(sum);
      next = ops.scale(sum, 1.0 / (l - path.first() + 1));
      live.add(next);
    }
    take(l, next);
    return live;
  }

  @Override
  public void after(int l, T x) {
    if (l < path.first()) {
      take(l, x);
    }
  }

  @Override
  public boolean readsAll(int lastLayer) {
    return whole || readsAll(path, outputs, lastLayer);
  }

  /** Whether an output is the ordinary stream after the last layer. */
  static boolean readsAll(LocalPath path, List<Integer> outputs, int lastLayer) {
    return path.first() > lastLayer && outputs.contains(lastLayer);
  }

  private void take(int l, T feature) {
    for (int output : outputs) {
      if (output == l || (l == path.last() && output > l)) {
        taken.put(output, feature);
      }
    }
  }

  /** The token features [B,N,width] of the output layers, in their order. */
  List<T> features() {
    return outputs.stream().map(taken::get).toList();
  }
}
