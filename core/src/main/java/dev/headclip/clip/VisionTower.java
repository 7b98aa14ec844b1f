package dev.headclip.clip;

import dev.headclip.tensor.TensorOps;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * CLIP's image tower (docs/spec/clip.md section 2; OpenAI's model.py:206-240).
 *
 * @param <T> the implementation's tensor
 */
public final class VisionTower<T> {
  private final ClipConfig config;
  private final Weights<T> weights;

  /**
   * @param weights whose position embedding has one row per token of the images to come (see {@link
   *     PositionResize})
   */
  public VisionTower(ClipConfig config, Weights<T> weights) {
    this.config = config;
    this.weights = weights;
  }

  /**
   * Patches, class token first, with their positions (steps 1 to 3).
   *
   * @param pixels [B,3,S,S], normalised
   * @return [B,1+N,width]
   */
  public T embed(TensorOps<T> ops, T pixels) {
    int p = config.patchSize();
    long g = ops.shape(pixels)[3] / p;
    int width = config.vision().width();
    // a convolution whose stride is its kernel is a product with flattened patches
    T cut = ops.transpose(ops.reshape(pixels, -1, 3, g, p, g, p), 0, 2, 4, 1, 3, 5);
    T kernel = ops.reshape(weights.get(ClipNames.PATCH_EMBEDDING), width, 3L * p * p);
    T patches = ops.linear(ops.reshape(cut, -1, g * g, 3L * p * p), kernel);
    T cls = ops.reshape(weights.get(ClipNames.CLASS_EMBEDDING), 1, 1, width);
    T tokens = ops.concat(1, List.of(ops.repeatBatch(cls, patches), patches));
    return ops.add(tokens, weights.get(ClipNames.VISION_POSITION));
  }

  /** {@link #encode} of whole images. {@code pixels}: [B,3,S,S], normalised. */
  public T forward(TensorOps<T> ops, T pixels, LayerHook<T> hook) {
    return layers(ops, ops.scoped(() -> normed(ops, embed(ops, pixels))), hook);
  }

  /**
   * ln_pre and all layers (steps 4 and 5).
   *
   * @param embedded any sequences of embedded tokens, class token first, [B,N,width]
   * @return the tokens after the last layer, [B,N,width], or the first one alone, [B,1,width],
   *     where the hook reads no others
   */
  public T encode(TensorOps<T> ops, T embedded, LayerHook<T> hook) {
    return layers(ops, normed(ops, embedded), hook);
  }

  private T normed(TensorOps<T> ops, T embedded) {
    return Block.norm(ops, weights, ClipNames.PRE_NORM, config.vision().epsilon(), embedded);
  }

  private T layers(TensorOps<T> ops, T entering, LayerHook<T> hook) {
    T x = entering;
    int last = config.vision().layers();
    for (int l = 1; l <= last; l++) {
      T before = x;
      int layer = l;
      boolean all = l < last || hook.readsAll(last);
      x =
          hook.recomputed()
              ? recomputed(ops, layer, hook.before(ops, layer, before), all)
              : ops.scope(() -> layer(ops, layer, before, hook, all)).get(0);
      hook.after(l, x);
    }
    return x;
  }

  private T recomputed(TensorOps<T> ops, int l, T entering, boolean allTokens) {
    return ops.recomputed(entering, x -> layer(ops, l, x, LayerHook.none(), allTokens).get(0));
  }

  private List<T> layer(TensorOps<T> ops, int l, T entering, LayerHook<T> hook, boolean allTokens) {
    Block<T> block = block(l);
    T x = hook.before(ops, l, entering);
    T n = block.norm1(ops, x);
    T k = block.heads(ops, "k", n);
    T v = block.heads(ops, "v", n);
    // what asks: all tokens, or the class token alone
    T asking = allTokens ? x : ops.slice(x, 1, 0, 1);
    T q = block.heads(ops, "q", allTokens ? n : ops.slice(n, 1, 0, 1));
    T a = block.attention(ops, q, k, v, Optional.empty());
    T projection = hook.projection(l).orElseGet(block::projectionWeight);
    T sa = ops.linear(a, projection, block.projectionBias());
    List<T> live = new ArrayList<>();
    live.add(block.mlp(ops, ops.add(asking, sa)));
    live.addAll(hook.beside(ops, l, block, x, v));
    return live;
  }

  /** A layer's parts, counted from 1. */
  public Block<T> block(int layer) {
    return new Block<>(weights, ClipNames.VISION_LAYERS, layer, config.vision());
  }

  /** The tower's last normalisation, ln_post. */
  public T postNorm(TensorOps<T> ops, T tokens) {
    return Block.norm(ops, weights, ClipNames.POST_NORM, config.vision().epsilon(), tokens);
  }

  /** Tokens to the joint space [...,embed], through ln_post or not (step 6). */
  public T project(TensorOps<T> ops, T tokens, boolean lnPost) {
    T x = lnPost ? postNorm(ops, tokens) : tokens;
    return ops.linear(x, weights.get(ClipNames.VISUAL_PROJECTION));
  }
}
