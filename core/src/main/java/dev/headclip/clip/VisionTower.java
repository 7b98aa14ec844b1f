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
   */
  public record Output<T>(T global, T tokens, List<T> local) {}

  /** The ordinary path alone. {@code pixels}: [B,3,S,S], normalised. */
  public Output<T> forward(TensorOps<T> ops, T pixels) {
    // a path behind the last layer: nothing is local
    int layers = config.vision().layers();
    return forward(ops, pixels, LocalPath.of(layers + 1, layers + 1), List.of(), Optional.empty());
  }

  /**
   * Both paths.
   *
   * @param pixels [B,3,S,S], normalised
   * @param path wiring of the local path
   * @param outputs output layers, counted from 1
   * @param headWeights [csa layers, heads], or empty for all 1
   */
  public Output<T> forward(
      TensorOps<T> ops, T pixels, LocalPath path, List<Integer> outputs, Optional<T> headWeights) {
    return forward(ops, pixels, path, outputs, projections(ops, path, headWeights));
  }

  /** {@link #forward} with head weights folded in beforehand. */
  public Output<T> forward(
      TensorOps<T> ops,
      T pixels,
      LocalPath path,
      List<Integer> outputs,
      LocalProjections<T> projections) {
    LocalStream<T> local = new LocalStream<>(path, outputs, projections, weights, config.vision());
    T x = run(ops, pixels, path, Optional.of(projections), local, true);
    return new Output<>(ops.slice(x, 1, 0, 1), x, local.features());
  }

  /**
   * The class token [B,1,width] after the last layer, then the local features as {@link #forward}
   * gives them; what only other tokens of the last layer would need is not computed.
   */
  public Features<T> features(
      TensorOps<T> ops,
      T pixels,
      LocalPath path,
      List<Integer> outputs,
      LocalProjections<T> projections) {
    LocalStream<T> local = new LocalStream<>(path, outputs, projections, weights, config.vision());
    T x = run(ops, pixels, path, Optional.of(projections), local, readsLast(path, outputs));
    return new Features<>(ops.slice(x, 1, 0, 1), local.features());
  }

  /**
   * What scores and maps are made of.
   *
   * @param global the CLS token after the last layer, [B,1,width], not normalised
   * @param local per output layer all tokens of the local path, [B,1+N,width]
   */
  public record Features<T>(T global, List<T> local) {}

  /** Whether an output is the ordinary stream after the last layer. */
  private boolean readsLast(LocalPath path, List<Integer> outputs) {
    int last = config.vision().layers();
    return path.first() > last && outputs.contains(last);
  }

  /** Head weights folded into the projections of the local path. */
  public LocalProjections<T> projections(
      TensorOps<T> ops, LocalPath path, Optional<T> headWeights) {
    return LocalProjections.of(ops, config, weights, path, headWeights);
  }

  /**
   * The ordinary path, and what a local path that {@link LocalPath#accumulates} takes from it.
   *
   * @param pixels [B,3,S,S], normalised
   */
  public LocalInputs<T> inputs(TensorOps<T> ops, T pixels, LocalPath path, List<Integer> outputs) {
    path.requireAccumulating();
    LocalRecorder<T> recorder = new LocalRecorder<>(path, outputs);
    T x = run(ops, pixels, path, Optional.empty(), recorder, readsLast(path, outputs));
    return recorder.inputs(ops.slice(x, 1, 0, 1));
  }

  /** The local path from its inputs: {@link Output#local} as {@link #forward} gives it. */
  public List<T> local(
      TensorOps<T> ops,
      LocalPath path,
      List<Integer> outputs,
      LocalProjections<T> projections,
      LocalInputs<T> inputs) {
    path.requireAccumulating();
    LocalStream<T> local = new LocalStream<>(path, outputs, projections, weights, config.vision());
    int plain = 0;
    for (int o : outputs) {
      if (o < path.first()) {
        local.plain(o, inputs.plain().get(plain++));
      }
    }
    for (int i = 0; i < inputs.heads().size(); i++) {
      int l = path.first() + i;
      T c = inputs.heads().get(i);
      ops.scope(() -> local.advance(ops, l, block(l), inputs.before(), c));
    }
    return local.features();
  }

  private Block<T> block(int l) {
    return new Block<>(weights, ClipNames.VISION_LAYERS, l, config.vision());
  }

  private T run(
      TensorOps<T> ops,
      T pixels,
      LocalPath path,
      Optional<LocalProjections<T>> projections,
      LocalBranch<T> local,
      boolean allTokens) {
    T x = ops.scoped(() -> embed(ops, pixels));
    int last = config.vision().layers();
    for (int l = 1; l <= last; l++) {
      T before = x;
      int layer = l;
      boolean all = allTokens || l < last;
      x = ops.scope(() -> layer(ops, layer, before, path, projections, local, all)).get(0);
      local.plain(l, x);
    }
    return x;
  }

  private List<T> layer(
      TensorOps<T> ops,
      int l,
      T x,
      LocalPath path,
      Optional<LocalProjections<T>> projections,
      LocalBranch<T> local,
      boolean allTokens) {
    Block<T> block = block(l);
    T n = block.norm1(ops, x);
    T k = block.heads(ops, "k", n);
    T v = block.heads(ops, "v", n);
    // what asks: all tokens, or the class token alone
    T asking = allTokens ? x : ops.slice(x, 1, 0, 1);
    T q = block.heads(ops, "q", allTokens ? n : ops.slice(n, 1, 0, 1));
    T a = block.attention(ops, q, k, v, Optional.empty());
    T projection =
        path.weightGlobal() && path.covers(l)
            ? projections.orElseThrow().layer(l).weight()
            : block.projectionWeight();
    T sa = ops.linear(a, projection, block.projectionBias());
    List<T> live = new ArrayList<>();
    live.add(block.mlp(ops, ops.add(asking, sa)));
    if (path.covers(l)) {
      live.addAll(local.layer(ops, l, block, x, v));
    }
    return live;
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
