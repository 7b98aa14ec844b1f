package dev.headclip.clip;

import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.TensorOps;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * CLIP's text tower (spec/clip.md section 3; OpenAI's model.py:343-356), with learned tokens where
 * a method has them.
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

  /**
   * Features of sentences, not normalised.
   *
   * @param embedded [B,N,width] without positions
   * @param eot position of the end-of-text token of each sentence
   * @return [B,embed]
   */
  public T forward(TensorOps<T> ops, T embedded, int[] eot, DeepTokens<T> deep) {
    return ops.scoped(
        () -> {
          int n = Math.toIntExact(ops.shape(embedded)[1]);
          T positions = ops.slice(weights.get(ClipNames.TEXT_POSITION), 0, 0, n);
          T x = ops.add(embedded, positions);
          int shift = 0;
          for (int l = 1; l <= config.text().layers(); l++) {
            int i = l - deep.start();
            if (i >= 0 && i < deep.tensors().size()) {
              T tokens = deep.tensors().get(i);
              boolean insert = deep.mode() == DeepTokens.Mode.INSERT && i == 0;
              x = withTokens(ops, x, tokens, insert);
              if (insert) {
                shift = Math.toIntExact(ops.shape(tokens)[0]);
              }
            }
            Block<T> block = new Block<>(weights, ClipNames.TEXT_LAYERS, l, config.text());
            x = block.forward(ops, x, Optional.of(ops.constant(causalMask(n + shift))));
          }
          T end = ops.rows(ops.reshape(x, -1, config.text().width()), flat(eot, shift, n + shift));
          T normed = Block.norm(ops, weights, ClipNames.FINAL_NORM, config.text().epsilon(), end);
          return ops.linear(normed, weights.get(ClipNames.TEXT_PROJECTION));
        });
  }

  private static int[] flat(int[] eot, int shift, int n) {
    int[] at = new int[eot.length];
    for (int b = 0; b < eot.length; b++) {
      at[b] = b * n + eot[b] + shift;
    }
    return at;
  }

  private T withTokens(TensorOps<T> ops, T x, T tokens, boolean insert) {
    long count = ops.shape(tokens)[0];
    long n = ops.shape(x)[1];
    T batch = ops.repeatBatch(ops.reshape(tokens, 1, count, config.text().width()), x);
    List<T> parts = new ArrayList<>();
    parts.add(ops.slice(x, 1, 0, 1));
    parts.add(batch);
    parts.add(ops.slice(x, 1, insert ? 1 : 1 + count, n));
    return ops.concat(1, parts);
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
