package dev.headclip.method.local;

import dev.headclip.clip.Clip;
import dev.headclip.clip.LayerHook;
import dev.headclip.clip.VisionTower;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/**
 * CLIP's image tower with the local path beside it, and both ways through them: in one pass from
 * pixels, or from what the ordinary path left for the local one.
 *
 * @param <T> the implementation's tensor
 */
public final class DualPath<T> {
  /** The class token after the last layer, [B,1,width], not normalised. */
  private static final String GLOBAL = "global";

  private final Clip<T> clip;
  private final VisionTower<T> tower;
  private final LocalPath path;
  private final List<Integer> outputs;

  /**
   * @param path wiring of the local path
   * @param outputs output layers, counted from 1; one may be named more than once
   */
  public DualPath(Clip<T> clip, LocalPath path, List<Integer> outputs) {
    this.clip = clip;
    this.tower = clip.vision();
    this.path = path;
    this.outputs = List.copyOf(outputs);
  }

  /**
   * What scores and maps are made of.
   *
   * @param global the class token after the last layer, [B,1,width], not normalised
   * @param local per output layer all tokens of the local path, [B,1+N,width]
   */
  public record Tokens<T>(T global, List<T> local) {}

  /**
   * The output projections of the local path with head weights folded in (Eq. 4, 5), for the other
   * functions; {@code headWeights}: [csa layers, heads].
   */
  public Tensors<T> folded(TensorOps<T> ops, T headWeights) {
    return LocalProjections.folded(ops, clip, path, headWeights);
  }

  /**
   * Both paths.
   *
   * @param pixels [B,3,S,S], normalised
   * @param folded see {@link #folded}; none for head weights of 1
   */
  public Tokens<T> run(TensorOps<T> ops, T pixels, Tensors<T> folded) {
    return run(ops, pixels, folded, LayerHook.none());
  }

  /**
   * The same, while somebody looks on.
   *
   * @param watcher sees what leaves the ordinary path's layers
   */
  public Tokens<T> run(TensorOps<T> ops, T pixels, Tensors<T> folded, LayerHook<T> watcher) {
    LocalStream<T> local = new LocalStream<>(path, outputs, folded, tower, false);
    T x = tower.forward(ops, pixels, LayerHook.watched(local, watcher));
    return new Tokens<>(ops.slice(x, 1, 0, 1), local.features());
  }

  /**
   * Both paths with all tokens of the ordinary one, [B,1+N,width], in the place of the class token.
   *
   * @param watcher sees what leaves the ordinary path's layers
   */
  public Tokens<T> runWhole(TensorOps<T> ops, T pixels, Tensors<T> folded, LayerHook<T> watcher) {
    LocalStream<T> local = new LocalStream<>(path, outputs, folded, tower, true);
    T x = tower.forward(ops, pixels, LayerHook.watched(local, watcher));
    return new Tokens<>(x, local.features());
  }

  /**
   * The ordinary path, and what a local path that {@link LocalPath#accumulates} takes from it: it
   * does not depend on the head weights, and the local path is linear in them
   * (docs/spec/headclip.md section 5).
   *
   * @param pixels [B,3,S,S], normalised
   */
  public Tensors<T> inputs(TensorOps<T> ops, T pixels) {
    path.requireAccumulating();
    LocalRecorder<T> recorder = new LocalRecorder<>(path, outputs);
    T x = tower.forward(ops, pixels, recorder);
    return Tensors.of(GLOBAL, ops.slice(x, 1, 0, 1)).and(recorder.inputs());
  }

  /** The local path from its {@link #inputs}: what {@link #run} gives, to the bit. */
  public Tokens<T> local(TensorOps<T> ops, Tensors<T> inputs, Tensors<T> folded) {
    path.requireAccumulating();
    LocalStream<T> local = new LocalStream<>(path, outputs, folded, tower, false);
    for (int i = 0; i < outputs.size(); i++) {
      if (outputs.get(i) < path.first()) {
        local.after(outputs.get(i), inputs.get(LocalRecorder.PLAIN + i));
      }
    }
    List<T> heads = new ArrayList<>(inputs.list(LocalRecorder.HEADS));
    for (int i = 0; i < heads.size(); i++) {
      int l = path.first() + i;
      T c = heads.get(i);
      T before = inputs.get(LocalRecorder.BEFORE);
      ops.scope(() -> local.advance(ops, l, tower.block(l), before, c));
    }
    return new Tokens<>(inputs.get(GLOBAL), local.features());
  }
}
