package dev.headclip.method;

import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.DeepTokens;
import dev.headclip.clip.LocalInputs;
import dev.headclip.clip.LocalProjections;
import dev.headclip.clip.TextTower;
import dev.headclip.clip.VisionTower;
import dev.headclip.clip.Weights;
import dev.headclip.tensor.TensorOps;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * HeadCLIP's network: text features from the learned prompts, and global and local image features,
 * all of unit length in the joint space.
 *
 * @param <T> the implementation's tensor
 */
public final class HeadClip<T> {
  private final HeadClipSettings settings;
  private final VisionTower<T> vision;
  private final TextTower<T> text;

  public HeadClip(ClipConfig config, Weights<T> weights, HeadClipSettings settings) {
    settings.checkAgainst(config);
    this.settings = settings;
    this.vision = new VisionTower<>(config, weights);
    this.text = new TextTower<>(config, weights);
  }

  /**
   * Image features.
   *
   * @param global unit CLS feature [B,E]
   * @param local per output layer unit patch features [B,N,E]
   */
  public record ImageFeatures<T>(T global, List<T> local) {}

  public HeadClipSettings settings() {
    return settings;
  }

  /** Text features [2,E] of unit length, normal first. */
  public T textFeatures(TensorOps<T> ops, PromptIds prompts, Learned<T> learned) {
    return ops.scoped(
        () -> {
          T words = text.embed(ops, prompts.ids());
          T prompted = withLearnedWords(ops, words, learned);
          List<T> deep =
              settings.prompts().halfRound()
                  ? learned.deep().stream().map(ops::roundToHalf).toList()
                  : learned.deep();
          DeepTokens<T> tokens =
              new DeepTokens<>(deep, settings.prompts().deepStart(), settings.prompts().deepMode());
          return ops.normalize(text.forward(ops, prompted, prompts.eot(), tokens));
        });
  }

  /** Positions 1..length of both prompts replaced by the learned words. */
  private static <T> T withLearnedWords(TensorOps<T> ops, T words, Learned<T> learned) {
    long[] shape = ops.shape(words);
    List<T> both = new ArrayList<>();
    for (T side : List.of(learned.normal(), learned.abnormal())) {
      both.add(ops.reshape(side, 1, ops.shape(side)[0], shape[2]));
    }
    long length = ops.shape(learned.normal())[0];
    T start = ops.slice(words, 1, 0, 1);
    T rest = ops.slice(words, 1, 1 + length, shape[1]);
    return ops.concat(1, List.of(start, ops.concat(0, both), rest));
  }

  /**
   * Both paths through the image tower and the projections into the joint space.
   *
   * @param pixels [B,3,S,S], normalised
   * @param projections see {@link #projections}
   */
  public ImageFeatures<T> imageFeatures(
      TensorOps<T> ops, T pixels, LocalProjections<T> projections) {
    VisionTower.Features<T> out =
        vision.features(ops, pixels, settings.localPath(), settings.outputLayers(), projections);
    return features(ops, out.global(), out.local());
  }

  /**
   * What the local path takes from the ordinary one, for {@link #imageFeatures(TensorOps,
   * LocalInputs, LocalProjections)}; {@code pixels}: [B,3,S,S], normalised.
   */
  public LocalInputs<T> localInputs(TensorOps<T> ops, T pixels) {
    return vision.inputs(ops, pixels, settings.localPath(), settings.outputLayers());
  }

  /** The same features as from pixels, without running the tower. */
  public ImageFeatures<T> imageFeatures(
      TensorOps<T> ops, LocalInputs<T> inputs, LocalProjections<T> projections) {
    List<T> local =
        vision.local(ops, settings.localPath(), settings.outputLayers(), projections, inputs);
    return features(ops, inputs.global(), local);
  }

  /**
   * Head weights folded into the local path.
   *
   * @param headWeights [csa layers, heads], or empty for all 1
   */
  public LocalProjections<T> projections(TensorOps<T> ops, Optional<T> headWeights) {
    return vision.projections(ops, settings.localPath(), headWeights);
  }

  private ImageFeatures<T> features(TensorOps<T> ops, T classToken, List<T> tokens) {
    List<T> local = new ArrayList<>();
    for (T t : tokens) {
      local.add(ops.scoped(() -> patches(ops, t)));
    }
    return new ImageFeatures<>(global(ops, classToken), local);
  }

  /** The class token [B,1,width] to the unit global feature [B,E]. */
  public T global(TensorOps<T> ops, T classToken) {
    T cls = vision.project(ops, classToken, settings.clsLnPost());
    return ops.normalize(ops.reshape(cls, -1, ops.shape(cls)[2]));
  }

  /** Tokens of the local path [B,1+N,width] to unit patch features [B,N,E]. */
  public T patches(TensorOps<T> ops, T tokens) {
    T withoutCls = ops.slice(tokens, 1, 1, ops.shape(tokens)[1]);
    return ops.normalize(vision.project(ops, withoutCls, true));
  }

  /** Probability of normal and abnormal for unit features, [...,2]. */
  public T probability(TensorOps<T> ops, T unit, T textFeatures) {
    return Similarity.probability(ops, unit, textFeatures, settings.temperature());
  }

  /** The abnormal column of {@link #probability}, [B,N,2] to [B,N,1] or [B,2] to [B,1]. */
  public T abnormal(TensorOps<T> ops, T probability) {
    int last = ops.shape(probability).length - 1;
    return ops.slice(probability, last, 1, 2);
  }

  /** Patch probabilities of all output layers averaged, [B,N,1]: maps are averaged, Eq. 12. */
  public T meanAbnormal(TensorOps<T> ops, List<T> local, T textFeatures) {
    T sum = abnormal(ops, probability(ops, local.get(0), textFeatures));
    for (T layer : local.subList(1, local.size())) {
      sum = ops.add(sum, abnormal(ops, probability(ops, layer, textFeatures)));
    }
    return ops.scale(sum, 1.0 / local.size());
  }
}
