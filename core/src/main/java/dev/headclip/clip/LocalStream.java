package dev.headclip.clip;

import dev.headclip.tensor.TensorOps;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The local path beside the ordinary one, fed layer by layer by {@link VisionTower}.
 *
 * <p>Recommended wiring (AnomalyCLIP.py:135-168, spec/headclip.md section 5): F_{first-1} =
 * G_{first-1}, F_l = F_{l-1} + concat_h(w_h^l C_h^l) W_O^l + b_O^l with C from LN1_l(G_{l-1}).
 */
final class LocalStream<T> implements LocalBranch<T> {
  private final LocalPath path;
  private final List<Integer> outputs;
  private final LocalProjections<T> projections;
  private final Weights<T> weights;
  private final TowerConfig config;

  private final Map<Integer, T> taken = new TreeMap<>();
  private Optional<T> state = Optional.empty();
  private Optional<T> sumOfStates = Optional.empty();

  LocalStream(
      LocalPath path,
      List<Integer> outputs,
      LocalProjections<T> projections,
      Weights<T> weights,
      TowerConfig config) {
    this.path = path;
    this.outputs = outputs;
    this.projections = projections;
    this.weights = weights;
    this.config = config;
  }

  @Override
  public List<T> layer(TensorOps<T> ops, int l, Block<T> block, T before, T values) {
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
    LocalProjections.Projection<T> p = projections.layer(l);
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
      T s = path.stateNorm() == LocalPath.StateNorm.LN_POST ? post(ops, next) : next;
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
  public void plain(int l, T after) {
    if (l < path.first()) {
      take(l, after);
    }
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

  private T post(TensorOps<T> ops, T x) {
    return Block.norm(ops, weights, ClipNames.POST_NORM, config.epsilon(), x);
  }
}
