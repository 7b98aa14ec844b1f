package dev.headclip.method.winclip;

import dev.headclip.clip.Clip;
import dev.headclip.clip.LayerHook;
import dev.headclip.clip.VisionTower;
import dev.headclip.clip.Windows;
import dev.headclip.method.ClassName;
import dev.headclip.method.JointScoring;
import dev.headclip.method.Network;
import dev.headclip.method.Similarity;
import dev.headclip.method.prompt.SentenceGrid;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;
import java.util.List;

/**
 * All windows of a size pass the tower as one batch of short sequences (transformer.py:452-486), of
 * whose last layer only the class token is computed.
 *
 * @param <T> the implementation's tensor
 */
final class WinClipNetwork<T> implements Network<T> {
  private static final String TEXT = "text";
  private static final String IMAGE = "image";

  private final Clip<T> clip;
  private final VisionTower<T> vision;
  private final WinClipSettings settings;
  private final List<Windows> windows;

  WinClipNetwork(Clip<T> clip, WinClipSettings settings) {
    this.clip = clip;
    this.vision = clip.vision();
    this.settings = settings;
    int grid = clip.config().grid(settings.imageSize());
    this.windows =
        settings.windows().stream()
            .map(side -> new Windows(grid, side, settings.windowStride()))
            .toList();
  }

  /** Unit text features [2,E], normal first. */
  @Override
  public Tensors<T> words(TensorOps<T> ops, Tensors<T> learned, ClassName name) {
    return Tensors.of(TEXT, ops.normalize(means(ops, name)));
  }

  /** Means of the sentences' features, which are not normalised (:291-294): [2,E]. */
  T means(TensorOps<T> ops, ClassName name) {
    SentenceGrid sentences = WinClipSentences.of(name);
    return ops.scoped(
        () ->
            sentences.means(
                ops, clip.text().forward(ops, clip.tokenizer().encode(sentences.all()))));
  }

  /** Class tokens in the joint space: of the image [B,1,E], of each window [B,windows,E]. */
  @Override
  public Tensors<T> frozen(TensorOps<T> ops, T pixels) {
    return Tensors.scoped(
        ops,
        () -> {
          T tokens = vision.embed(ops, pixels);
          Tensors<T> all = Tensors.of(IMAGE, classTokens(ops, tokens, 1));
          for (Windows w : windows) {
            all = all.with(w.name(), ops.scoped(() -> w.seen(ops, vision, tokens)));
          }
          return all;
        });
  }

  private T classTokens(TensorOps<T> ops, T sequences, int perImage) {
    T cls = vision.encode(ops, sequences, LayerHook.none());
    return ops.reshape(vision.project(ops, cls, true), -1, perImage, clip.config().embed());
  }

  /**
   * The image's score, and per patch the harmonic mean of it and of the windows' scores (:210-222,
   * :434): reciprocals are averaged, over the windows of a size that cover a patch, then over the
   * sizes.
   */
  @Override
  public Tensors<T> evidence(TensorOps<T> ops, Tensors<T> features, Tensors<T> prepared) {
    T image = score(ops, features.get(IMAGE), prepared);
    T sum = Windows.reciprocal(ops, image, 1);
    for (Windows w : windows) {
      T scores = score(ops, features.get(w.name()), prepared);
      sum = ops.add(sum, w.reciprocals(ops, scores));
    }
    T patches = Windows.reciprocal(ops, sum, windows.size() + 1);
    return JointScoring.evidence(ops.reshape(image, -1), patches);
  }

  /** Scores of windows of one size, [B,windows]. */
  T windowScores(TensorOps<T> ops, Tensors<T> features, Tensors<T> prepared, int size) {
    return score(ops, features.get(windows.get(size).name()), prepared);
  }

  /** Features [B,n,E] to the abnormal entry of the softmax, [B,n]. */
  private T score(TensorOps<T> ops, T features, Tensors<T> prepared) {
    T unit = ops.normalize(features);
    T p = Similarity.abnormal(ops, unit, prepared.get(TEXT), settings.temperature());
    return ops.reshape(p, -1, ops.shape(features)[1]);
  }
}
