package dev.headclip.method.anovl;

import dev.headclip.clip.Clip;
import dev.headclip.clip.VisionTower;
import dev.headclip.method.ClassName;
import dev.headclip.method.JointScoring;
import dev.headclip.method.Network;
import dev.headclip.method.Similarity;
import dev.headclip.method.local.DualPath;
import dev.headclip.method.local.LocalPath;
import dev.headclip.method.prompt.SentenceGrid;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/**
 * AnoVL's network (docs/spec/anovl.md sections 1, 2): the local path begins at the first layer.
 *
 * @param <T> the implementation's tensor
 */
final class AnoVlNetwork<T> implements Network<T> {
  /** Unit text features, normal first, [2,E]. */
  static final String TEXT = "text";

  /** Unit features of all sentences, normal ones first, [sentences,E]. */
  static final String ROWS = "rows";

  /** Projected tokens of the local path, not normalised, [B,N,E]. */
  static final String TOKENS = "tokens";

  private static final String CLS = "cls";

  /** Sentences that pass the text tower together. */
  private static final int TOGETHER = 154;

  private final Clip<T> clip;
  private final VisionTower<T> vision;
  private final DualPath<T> paths;
  private final AnoVlSettings settings;

  AnoVlNetwork(Clip<T> clip, AnoVlSettings settings) {
    this.clip = clip;
    this.vision = clip.vision();
    int layers = clip.config().vision().layers();
    this.paths = new DualPath<>(clip, LocalPath.of(1, layers), List.of(layers));
    this.settings = settings;
  }

  private boolean adapts() {
    return settings.adaptSteps() > 0;
  }

  /** A side's feature is the unit mean of features that are not normalised (:46-51). */
  @Override
  public Tensors<T> words(TensorOps<T> ops, Tensors<T> learned, ClassName name) {
    SentenceGrid sentences = AnoVlSentences.of(name);
    return Tensors.scoped(
        ops,
        () -> {
          List<String> all = sentences.all();
          List<T> parts = new ArrayList<>();
          for (int from = 0; from < all.size(); from += TOGETHER) {
            List<String> some = all.subList(from, Math.min(from + TOGETHER, all.size()));
            parts.add(ops.scoped(() -> clip.text().forward(ops, clip.tokenizer().encode(some))));
          }
          T rows = ops.concat(0, parts);
          Tensors<T> text = Tensors.of(TEXT, ops.normalize(sentences.means(ops, rows)));
          boolean wanted = adapts() && settings.adaptTarget() == AnoVlSettings.Target.SENTENCES;
          return wanted ? text.with(ROWS, ops.normalize(rows)) : text;
        });
  }

  /** The class token [B,E] and the tokens of the local path [B,N,E], neither normalised. */
  @Override
  public Tensors<T> frozen(TensorOps<T> ops, T pixels) {
    return Tensors.scoped(
        ops,
        () -> {
          DualPath.Tokens<T> t = paths.run(ops, pixels, Tensors.none());
          T cls = vision.project(ops, t.global(), true);
          T local = t.local().get(0);
          T patches = ops.slice(local, 1, 1, ops.shape(local)[1]);
          return Tensors.of(
              CLS,
              ops.reshape(cls, -1, clip.config().embed()),
              TOKENS,
              vision.project(ops, patches, true));
        });
  }

  /** Without adaptation; with it the tokens too, which it begins with. */
  @Override
  public Tensors<T> evidence(TensorOps<T> ops, Tensors<T> features, Tensors<T> prepared) {
    T text = prepared.get(TEXT);
    T tokens = features.get(TOKENS);
    double tau = settings.temperature();
    T global = Similarity.abnormal(ops, ops.normalize(features.get(CLS)), text, tau);
    T patches = Similarity.abnormal(ops, ops.normalize(tokens), text, tau);
    Tensors<T> found =
        JointScoring.evidence(
            ops.reshape(global, -1), ops.reshape(patches, -1, ops.shape(tokens)[1]));
    return adapts() ? found.with(TOKENS, tokens) : found;
  }
}
