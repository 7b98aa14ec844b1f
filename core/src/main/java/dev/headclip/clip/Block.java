package dev.headclip.clip;

import dev.headclip.tensor.TensorOps;
import java.util.Optional;

/**
 * One pre-norm residual block (docs/spec/clip.md section 2, step 5; OpenAI's model.py:171-192),
 * taken apart so that a {@link LayerHook} can use its pieces.
 *
 * @param <T> the implementation's tensor
 */
public final class Block<T> {
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

  /** LN1(x). */
  public T norm1(TensorOps<T> ops, T x) {
    return norm(ops, "layer_norm1", x);
  }

  /** Projection {@code q}, {@code k} or {@code v} of x [B,N,width], heads side by side. */
  public T heads(TensorOps<T> ops, String part, T x) {
    return linear(ops, "self_attn." + part + "_proj", x);
  }

  /** The heads' outputs side by side, before the output projection: [B,N,width]. */
  public T attention(TensorOps<T> ops, T q, T k, T v, Optional<T> mask) {
    return ops.attention(q, k, v, config.heads(), mask);
  }

  /** C of Eq. 3: [B,N,width] to [B,N,width], heads side by side. */
  public T valueAttention(TensorOps<T> ops, T v) {
    return attention(ops, v, v, v, Optional.empty());
  }

  /** W_O, [width,width]. */
  public T projectionWeight() {
    return weights.get(prefix + "self_attn.out_proj.weight");
  }

  /** b_O, [width]. */
  public T projectionBias() {
    return weights.get(prefix + "self_attn.out_proj.bias");
  }

  /** x + MLP(LN2(x)). */
  public T mlp(TensorOps<T> ops, T x) {
    return ops.scoped(
        () -> {
          T hidden = linear(ops, "mlp.fc1", norm(ops, "layer_norm2", x));
          return ops.add(x, linear(ops, "mlp.fc2", config.activation().apply(ops, hidden)));
        });
  }

  private T norm(TensorOps<T> ops, String name, T x) {
    return norm(ops, weights, prefix + name, config.epsilon(), x);
  }

  /** The layer normalisation whose gain and bias are called {@code name}. */
  static <T> T norm(TensorOps<T> ops, Weights<T> weights, String name, double epsilon, T x) {
    return ops.layerNorm(x, weights.get(name + ".weight"), weights.get(name + ".bias"), epsilon);
  }

  private T linear(TensorOps<T> ops, String name, T x) {
    return ops.linear(
        x, weights.get(prefix + name + ".weight"), weights.get(prefix + name + ".bias"));
  }
}
