package dev.headclip.clip;

import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.TensorOps;
import java.util.Optional;

/**
 * CLIP's text tower (docs/spec/clip.md section 3; OpenAI's model.py:343-356).
 *
 * <p>Positions behind the last end-of-text token cannot change the result, as attention is causal:
 * callers may cut them off.
 *
 * @param <T> the implementation's tensor
 */
public final class TextTower<T> {
  private final ClipConfig config;
  private final Weights<T> weights;

  public TextTower(ClipConfig config, Weights<T> weights) {
    this.config = config;
    this.weights = weights;
  }

  /**
   * Token embeddings without positions.
   *
   * @param ids [B][N], N at most the context length
   * @return [B,N,width]
   */
  public T embed(TensorOps<T> ops, int[][] ids) {
    int n = ids[0].length;
    int[] flat = new int[ids.length * n];
    for (int i = 0; i < ids.length; i++) {
      System.arraycopy(ids[i], 0, flat, i * n, n);
    }
    T rows = ops.rows(weights.get(ClipNames.TOKEN_EMBEDDING), flat);
    return ops.reshape(rows, ids.length, n, config.text().width());
  }

  /** Features of sentences as they are, not normalised: [sentences,embed]. */
  public T forward(TensorOps<T> ops, TokenIds sentences) {
    return forward(ops, embed(ops, sentences.ids()), sentences.eot(), LayerHook.none());
  }

  /**
   * Features of sentences, not normalised.
   *
   * @param embedded [B,N,width] without positions
   * @param eot position of the end-of-text token of each sentence
   * @param hook may change tokens, or insert some before the end of the text
   * @return [B,embed]
   */
  public T forward(TensorOps<T> ops, T embedded, int[] eot, LayerHook<T> hook) {
    return ops.scoped(
        () -> {
          int n = length(ops, embedded);
          T x = layers(ops, positioned(ops, embedded), 1, config.text().layers(), hook);
          int longer = length(ops, x);
          T end =
              ops.rows(ops.reshape(x, -1, config.text().width()), flat(eot, longer - n, longer));
          return project(ops, end);
        });
  }

  /** Embedded tokens [B,N,width] with their positions. */
  public T positioned(TensorOps<T> ops, T embedded) {
    T positions = ops.slice(weights.get(ClipNames.TEXT_POSITION), 0, 0, length(ops, embedded));
    return ops.add(embedded, positions);
  }

  /**
   * Some of the layers.
   *
   * @param x the tokens that enter layer {@code first}, [B,N,width]
   * @param first counted from 1
   * @param last inclusive
   */
  public T layers(TensorOps<T> ops, T x, int first, int last, LayerHook<T> hook) {
    T tokens = x;
    for (int l = first; l <= last; l++) {
      T entering = tokens;
      int layer = l;
      tokens =
          hook.recomputed()
              ? ops.recomputed(hook.before(ops, layer, entering), in -> layer(ops, layer, in))
              : ops.scoped(() -> layer(ops, layer, hook.before(ops, layer, entering)));
      hook.after(l, tokens);
    }
    return tokens;
  }

  /** Tokens of the last layer that end a text [...,width], to the joint space [...,embed]. */
  public T project(TensorOps<T> ops, T end) {
    T normed = Block.norm(ops, weights, ClipNames.FINAL_NORM, config.text().epsilon(), end);
    return ops.linear(normed, weights.get(ClipNames.TEXT_PROJECTION));
  }

  private static <T> int length(TensorOps<T> ops, T x) {
    return Math.toIntExact(ops.shape(x)[1]);
  }

  private T layer(TensorOps<T> ops, int l, T x) {
    Block<T> block = new Block<>(weights, ClipNames.TEXT_LAYERS, l, config.text());
    Optional<T> mask = Optional.of(ops.constant(causalMask(length(ops, x))));
    T n = block.norm1(ops, x);
    T q = block.heads(ops, "q", n);
    T k = block.heads(ops, "k", n);
    T v = block.heads(ops, "v", n);
    T a = block.attention(ops, q, k, v, mask);
    return block.mlp(
        ops, ops.add(x, ops.linear(a, block.projectionWeight(), block.projectionBias())));
  }

  private static int[] flat(int[] eot, int shift, int n) {
    int[] at = new int[eot.length];
    for (int b = 0; b < eot.length; b++) {
      at[b] = b * n + eot[b] + shift;
    }
    return at;
  }

  /** 0 on and below the diagonal, minus infinity above: [n,n]. */
  private static HostTensor causalMask(int n) {
    HostTensor mask = HostTensor.zeros(n, n);
    for (int i = 0; i < n; i++) {
      for (int j = i + 1; j < n; j++) {
        mask.data()[i * n + j] = Float.NEGATIVE_INFINITY;
      }
    }
    return mask;
  }
}
