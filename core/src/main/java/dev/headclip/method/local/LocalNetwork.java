package dev.headclip.method.local;

import dev.headclip.clip.Clip;
import dev.headclip.clip.LayerHook;
import dev.headclip.clip.VisionTower;
import dev.headclip.method.FrozenPart;
import dev.headclip.method.JointScoring;
import dev.headclip.method.Losses;
import dev.headclip.method.Network;
import dev.headclip.method.Similarity;
import dev.headclip.method.Truth;
import dev.headclip.method.prompt.LearnedPrompts;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;
import java.util.List;
import java.util.Optional;

/**
 * Two learned prompts against CLIP's image and against the patches of the local path: AnomalyCLIP's
 * network, and with a weight for every head HeadCLIP's.
 *
 * @param <T> the implementation's tensor
 */
public final class LocalNetwork<T> implements Network<T> {
  /** Weight of each head of the local path, [csa layers, heads]. */
  public static final String HEAD_WEIGHTS = "head_weights";

  private static final String TEXT = "text";
  private static final String GLOBAL = "global";
  private static final String LOCAL = "local.";
  private static final String PIXELS = "pixels";

  /**
   * How it is wired.
   *
   * @param path the local path
   * @param outputs layers whose features make maps
   * @param sumMaps whether these maps are added instead of averaged
   * @param temperature tau of every softmax over cosines (Eq. 8, 9)
   * @param clsLnPost whether the global feature passes ln_post
   * @param headWeights whether there are head weights
   * @param localLossWeight of Eq. 11's sum
   */
  public record Wiring(
      LocalPath path,
      List<Integer> outputs,
      boolean sumMaps,
      double temperature,
      boolean clsLnPost,
      boolean headWeights,
      double localLossWeight) {
    public Wiring {
      outputs = List.copyOf(outputs);
    }

    /** What of an image the learned numbers do not touch. */
    public FrozenPart frozenPart() {
      if (!headWeights) {
        return new FrozenPart(
            "features %s %s %s".formatted(path, outputs, clsLnPost),
            "no head weights are learned: patch features are computed once");
      }
      if (path.accumulates()) {
        List<Integer> plain = outputs.stream().filter(l -> l < path.first()).toList();
        return new FrozenPart(
            "heads %d-%d %s".formatted(path.first(), path.lastNeeded(outputs), plain),
            "the tower runs once per image; later epochs start from its heads' outputs");
      }
      return new FrozenPart(
          PIXELS,
          "this wiring of the local path is not linear in the head weights: the tower runs in every epoch");
    }
  }

  private final VisionTower<T> vision;
  private final DualPath<T> paths;
  private final LearnedPrompts<T> prompts;
  private final Wiring wiring;

  public LocalNetwork(Clip<T> clip, Wiring wiring, LearnedPrompts<T> prompts) {
    this.vision = clip.vision();
    this.paths = new DualPath<>(clip, wiring.path(), wiring.outputs());
    this.prompts = prompts;
    this.wiring = wiring;
  }

  /** Unit text features [2,E], normal first, and the folded projections of the local path. */
  @Override
  public Tensors<T> prepare(TensorOps<T> ops, Tensors<T> learned) {
    Tensors<T> text = Tensors.of(TEXT, prompts.features(ops, learned));
    return wiring.headWeights() ? text.and(paths.folded(ops, learned.get(HEAD_WEIGHTS))) : text;
  }

  /**
   * Without head weights the features; else the heads' outputs, as the path is linear in the
   * weights (docs/spec/headclip.md section 5); else the pixels.
   */
  @Override
  public Tensors<T> frozen(TensorOps<T> ops, T pixels) {
    if (!wiring.headWeights()) {
      return unit(ops, paths.run(ops, pixels, Tensors.none()));
    }
    return wiring.path().accumulates() ? paths.inputs(ops, pixels) : Tensors.of(PIXELS, pixels);
  }

  @Override
  public Tensors<T> features(TensorOps<T> ops, Tensors<T> frozen, Tensors<T> prepared) {
    if (!wiring.headWeights()) {
      return frozen;
    }
    return wiring.path().accumulates()
        ? unit(ops, paths.local(ops, frozen, prepared))
        : features(ops, frozen.get(PIXELS), prepared);
  }

  @Override
  public Tensors<T> features(TensorOps<T> ops, T pixels, Tensors<T> prepared) {
    return unit(ops, paths.run(ops, pixels, prepared));
  }

  @Override
  public Optional<Tensors<T>> watched(
      TensorOps<T> ops, T pixels, Tensors<T> prepared, LayerHook<T> watcher) {
    return wiring.path().weightGlobal()
        ? Optional.empty()
        : Optional.of(unit(ops, paths.run(ops, pixels, prepared, watcher)));
  }

  /** Unit global feature [B,E] and, per output layer, unit patch features [B,N,E]. */
  private Tensors<T> unit(TensorOps<T> ops, DualPath.Tokens<T> tokens) {
    Tensors<T> all = Tensors.none();
    for (int i = 0; i < tokens.local().size(); i++) {
      T t = tokens.local().get(i);
      all = all.with(LOCAL + i, ops.scoped(() -> patches(ops, t)));
    }
    return Tensors.of(GLOBAL, global(ops, tokens.global())).and(all);
  }

  /** The class token [B,1,width] to the unit global feature [B,E]. */
  private T global(TensorOps<T> ops, T classToken) {
    T cls = vision.project(ops, classToken, wiring.clsLnPost());
    return ops.normalize(ops.reshape(cls, -1, ops.shape(cls)[2]));
  }

  /** Tokens of the local path [B,1+N,width] to unit patch features [B,N,E]. */
  private T patches(TensorOps<T> ops, T tokens) {
    T withoutCls = ops.slice(tokens, 1, 1, ops.shape(tokens)[1]);
    return ops.normalize(vision.project(ops, withoutCls, true));
  }

  /** S_global of Eq. 8; S_a of Eq. 9 for each patch, over the output layers (Eq. 12). */
  @Override
  public Tensors<T> evidence(TensorOps<T> ops, Tensors<T> features, Tensors<T> prepared) {
    T text = prepared.get(TEXT);
    double tau = wiring.temperature();
    T global = Similarity.abnormal(ops, features.get(GLOBAL), text, tau);
    List<T> layers = features.list(LOCAL);
    T sum = Similarity.abnormalSum(ops, layers, text, tau);
    T patches = wiring.sumMaps() ? sum : ops.scale(sum, 1.0 / layers.size());
    return JointScoring.evidence(
        ops.reshape(global, -1), ops.reshape(patches, -1, ops.shape(patches)[1]));
  }

  /** Eq. 11: cross-entropy of the global path, and Eq. 10 summed over the output layers. */
  @Override
  public Tensors<T> loss(
      TensorOps<T> ops, Tensors<T> features, Tensors<T> prepared, Truth<T> truth) {
    T text = prepared.get(TEXT);
    double tau = wiring.temperature();
    T logits = Similarity.logits(ops, features.get(GLOBAL), text, tau);
    T global = Losses.crossEntropy(ops, logits, ops.constant(truth.oneHot()));
    List<T> layers = features.list(LOCAL);
    T local = eq10(ops, layers.get(0), text, truth.mask());
    for (T layer : layers.subList(1, layers.size())) {
      local = ops.add(local, eq10(ops, layer, text, truth.mask()));
    }
    T total = ops.add(global, ops.scale(local, wiring.localLossWeight()));
    return Tensors.of(TOTAL, total).with("global", global).with("local", local);
  }

  private T eq10(TensorOps<T> ops, T patches, T text, T mask) {
    T p = Similarity.abnormal(ops, patches, text, wiring.temperature());
    return Losses.ofPatches(ops, p, mask);
  }
}
