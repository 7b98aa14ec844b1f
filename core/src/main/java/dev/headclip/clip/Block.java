package dev.headclip.clip;

import dev.headclip.tensor.TensorOps;
import java.util.Optional;

/**
 * One pre-norm residual block (spec/clip.md section 2, step 5), taken apart so that the local path
 * can use its pieces.
 */
final class Block<T> {
  private final Weights<T> weights;
  private final String prefix;
  private final TowerConfig config;

  /**
   * @param layer counted from 1
   */
  Block(Weights<T> weights, String layers, int layer, TowerConfig config) {
    this.weights = weights;
    this.prefix = layers + (layer - 1) + ".";
    this.config = config;
  }

  T norm1(TensorOps<T> ops, T x) {
    return norm(ops, "layer_norm1", x);
  }

  /** Projection {@code q}, {@code k} or {@code v} of x [B,N,width], heads side by side. */
  T heads(TensorOps<T> ops, String part, T x) {
    return linear(ops, "self_attn." + part + "_proj", x);
  }

  /** The heads' outputs side by side, before the output projection: [B,N,width]. */
  T attention(TensorOps<T> ops, T q, T k, T v, Optional<T> mask) {
    return ops.attention(q, k, v, config.heads(), mask);
  }

  /** C of Eq. 3: [B,N,width] to [B,N,width], heads side by side. */
  T valueAttention(TensorOps<T> ops, T v) {
    return attention(ops, v, v, v, Optional.empty());
  }

  T projectionWeight() {
    return weights.get(prefix + "self_attn.out_proj.weight");
  }

  T projectionBias() {
    return weights.get(prefix + "self_attn.out_proj.bias");
  }

  /** x + MLP(LN2(x)). */
  T mlp(TensorOps<T> ops, T x) {
    return ops.scoped(
        () -> {
          T hidden = linear(ops, "mlp.fc1", norm(ops, "layer_norm2", x));
          return ops.add(x, linear(ops, "mlp.fc2", config.activation().apply(ops, hidden)));
        });
  }

  /** The whole block. */
  T forward(TensorOps<T> ops, T x, Optional<T> mask) {
    return ops.scoped(
        () -> {
          T n = norm1(ops, x);
          T a = attention(ops, heads(ops, "q", n), heads(ops, "k", n), heads(ops, "v", n), mask);
          return mlp(ops, ops.add(x, ops.linear(a, projectionWeight(), projectionBias())));
        });
  }

  private T norm(TensorOps<T> ops, String name, T x) {
    return norm(ops, weights, prefix + name, config.epsilon(), x);
  }

  static <T> T norm(TensorOps<T> ops, Weights<T> weights, String name, double epsilon, T x) {
    return ops.layerNorm(x, weights.get(name + ".weight"), weights.get(name + ".bias"), epsilon);
  }

  private T linear(TensorOps<T> ops, String name, T x) {
    return ops.linear(
        x, weights.get(prefix + name + ".weight"), weights.get(prefix + name + ".bias"));
  }
}
