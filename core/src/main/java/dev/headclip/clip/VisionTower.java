package dev.headclip.clip;

import dev.headclip.tensor.TensorOps;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * CLIP's image tower (spec/clip.md section 2; OpenAI's model.py:206-240) with the local path beside
 * it.
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
   * What the tower gives.
   *
   * @param global the CLS token after the last layer, [B,1,width], not normalised
   * @param tokens all tokens after the last layer, [B,1+N,width], CLS first
   * @param local per output layer all tokens of the local path, [B,1+N,width]
   * @param heads per CSA layer the heads' outputs C, [B,heads,1+N,d], where asked for
   */
  public record Output<T>(T global, T tokens, List<T> local, List<T> heads) {}

  /** The ordinary path alone. {@code pixels}: [B,3,S,S], normalised. */
  public Output<T> forward(TensorOps<T> ops, T pixels) {
    // a path behind the last layer: nothing is local
    int layers = config.vision().layers();
    return forward(
        ops, pixels, LocalPath.of(layers + 1, layers + 1), List.of(), Optional.empty(), false);
  }

  /**
   * Both paths.
   *
   * @param pixels [B,3,S,S], normalised
   * @param path wiring of the local path
   * @param outputs output layers, counted from 1
   * @param headWeights [csa layers, heads], or empty for all 1
   * @param keepHeads whether {@link Output#heads} is wanted
   */
  public Output<T> forward(
      TensorOps<T> ops,
      T pixels,
      LocalPath path,
      List<Integer> outputs,
      Optional<T> headWeights,
      boolean keepHeads) {
    LocalStream<T> local =
        new LocalStream<>(
            path,
            outputs,
            headWeights.map(w -> constrain(ops, path, w)),
            weights,
            config.vision(),
            keepHeads);
    T x = ops.scoped(() -> embed(ops, pixels));
    for (int l = 1; l <= config.vision().layers(); l++) {
      T before = x;
      int layer = l;
      x = ops.scope(() -> layer(ops, layer, before, path, local)).get(0);
      local.plain(l, x);
    }
    T cls = ops.slice(x, 1, 0, 1);
    return new Output<>(cls, x, local.features(), local.heads());
  }

  private List<T> layer(TensorOps<T> ops, int l, T x, LocalPath path, LocalStream<T> local) {
    Block<T> block = new Block<>(weights, ClipNames.VISION_LAYERS, l, config.vision());
    T n = block.norm1(ops, x);
    T v = block.heads(ops, "v", n);
    T a =
        block.attention(
            ops, block.heads(ops, "q", n), block.heads(ops, "k", n), v, Optional.empty());
    Optional<T> w = path.weightGlobal() ? local.weightsOf(ops, l) : Optional.empty();
    T weighted = w.map(h -> ops.mul(a, h)).orElse(a);
    List<T> live = new ArrayList<>();
    live.add(block.mlp(ops, ops.add(x, block.project(ops, weighted))));
    if (path.covers(l)) {
      live.addAll(local.layer(ops, l, block, x, v));
    }
    return live;
  }

  private T constrain(TensorOps<T> ops, LocalPath path, T w) {
    return switch (path.constraint()) {
      case NONE -> w;
      case POSITIVE -> ops.relu(w);
      case SOFTMAX -> ops.scale(ops.softmax(w), config.vision().heads());
    };
  }

  /** Patches, class token, positions, ln_pre (steps 1 to 4). */
  private T embed(TensorOps<T> ops, T pixels) {
    int p = config.patchSize();
    long g = ops.shape(pixels)[3] / p;
    int width = config.vision().width();
    // a convolution whose stride is its kernel is a product with flattened patches
    T cut = ops.transpose(ops.reshape(pixels, -1, 3, g, p, g, p), 0, 2, 4, 1, 3, 5);
    T kernel = ops.reshape(weights.get(ClipNames.PATCH_EMBEDDING), width, 3L * p * p);
    T patches = ops.linear(ops.reshape(cut, -1, g * g, 3L * p * p), kernel);
    T cls = ops.reshape(weights.get(ClipNames.CLASS_EMBEDDING), 1, 1, width);
    T tokens = ops.concat(1, List.of(ops.repeatBatch(cls, patches), patches));
    T placed = ops.add(tokens, weights.get(ClipNames.VISION_POSITION));
    return Block.norm(ops, weights, ClipNames.PRE_NORM, config.vision().epsilon(), placed);
  }

  /** Tokens to the joint space [...,embed], through ln_post or not. */
  public T project(TensorOps<T> ops, T tokens, boolean lnPost) {
    T x =
        lnPost
            ? Block.norm(ops, weights, ClipNames.POST_NORM, config.vision().epsilon(), tokens)
            : tokens;
    return ops.linear(x, weights.get(ClipNames.VISUAL_PROJECTION));
  }
}
