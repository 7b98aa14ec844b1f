package dev.headclip.clip;

import dev.headclip.tensor.HostTensor;
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
final class LocalStream<T> {
  private final LocalPath path;
  private final List<Integer> outputs;
  private final Optional<T> headWeights;
  private final Weights<T> weights;
  private final TowerConfig config;
  private final boolean keepHeads;

  private final Map<Integer, T> taken = new TreeMap<>();
  private final List<T> heads = new ArrayList<>();
  private Optional<T> state = Optional.empty();
  private Optional<T> sumOfStates = Optional.empty();

  /**
   * @param headWeights [csa layers, heads] under the path's constraint already, or empty for all 1
   * @param keepHeads whether C of every layer is kept, see {@link #heads()}
   */
  LocalStream(
      LocalPath path,
      List<Integer> outputs,
      Optional<T> headWeights,
      Weights<T> weights,
      TowerConfig config,
      boolean keepHeads) {
    this.path = path;
    this.outputs = outputs;
    this.headWeights = headWeights;
    this.weights = weights;
    this.config = config;
    this.keepHeads = keepHeads;
  }

  /** The head weights of layer {@code l} as [1,heads,1,1]; empty where there are none. */
  Optional<T> weightsOf(TensorOps<T> ops, int l) {
    if (!path.covers(l)) {
      return Optional.empty();
    }
    int i = l - path.first();
    return headWeights.map(w -> ops.reshape(ops.slice(w, 0, i, i + 1), 1, config.heads(), 1, 1));
  }

  /**
   * Takes layer {@code l} in.
   *
   * @param before the ordinary stream G_{l-1} [B,N,width]
   * @param values V of that layer, [B,heads,N,d], from LN1(G_{l-1})
   * @return the tensors that must outlive the layer
   */
  List<T> layer(TensorOps<T> ops, int l, Block<T> block, T before, T values) {
    T previous = state.orElse(before);
    T v =
        path.input() == LocalPath.Input.GLOBAL || state.isEmpty()
            ? values
            : block.heads(ops, "v", block.norm1(ops, previous));
    T c = block.attention(ops, v, v, v, Optional.empty());
    T csa = project(ops, l, block, c);
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
    if (keepHeads) {
      heads.add(c);
      live.add(c);
    }
    return live;
  }

  /** The plain stream after layer {@code l}, for output layers before the first with CSA. */
  void plain(int l, T after) {
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

  /** C of each CSA layer, [B,heads,N,d], before weighting; empty unless kept. */
  List<T> heads() {
    return heads;
  }

  private T project(TensorOps<T> ops, int l, Block<T> block, T c) {
    Optional<T> w = weightsOf(ops, l);
    T weighted = w.map(x -> ops.mul(c, x)).orElse(c);
    if (!path.scaleBias() || w.isEmpty()) {
      return block.project(ops, weighted);
    }
    T mean =
        ops.linear(
            ops.reshape(w.get(), 1, config.heads()),
            ops.constant(HostTensor.filled(1f / config.heads(), 1, config.heads())));
    T bias = ops.mul(ops.reshape(mean, 1, 1, 1), ops.reshape(block.projectionBias(), 1, 1, -1));
    return ops.add(block.projectWithoutBias(ops, weighted), bias);
  }

  private T post(TensorOps<T> ops, T x) {
    return Block.norm(ops, weights, ClipNames.POST_NORM, config.epsilon(), x);
  }
}
