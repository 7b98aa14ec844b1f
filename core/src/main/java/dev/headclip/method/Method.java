package dev.headclip.method;

import dev.headclip.clip.Clip;
import dev.headclip.clip.ClipConfig;
import dev.headclip.image.Preprocess;
import dev.headclip.settings.Schema;
import dev.headclip.tensor.Compute;
import dev.headclip.weights.TensorSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A way to find anomalies with a frozen CLIP. Implementations are found with {@link
 * java.util.ServiceLoader}: a jar on the class path that names one in {@code
 * META-INF/services/dev.headclip.method.Method} brings it to every verb. How to write one:
 * docs/method.md.
 *
 * @param <S> its settings; each component a {@link dev.headclip.settings.Setting}
 */
public interface Method<S extends Record & InputSettings> {
  /** The name for {@code --method}, adapter files and metrics.json. */
  String name();

  /** One line for lists. */
  default String description() {
    return "";
  }

  Class<S> settings();

  /** The recommended settings for a backbone; by default what they declare, at its usual size. */
  default S defaults(ClipConfig config) {
    return Schema.of(settings()).defaults(Map.of("image_size", config.inputSize()));
  }

  /** Published configurations by name: settings of the method, its scores and its training. */
  default Map<String, Map<String, ?>> presets(ClipConfig config) {
    return Map.of();
  }

  /** How its numbers become scores by default. */
  default ScoreSettings scores() {
    return ScoreSettings.defaults();
  }

  /** How it is trained by default. */
  default TrainSettings training() {
    return TrainSettings.defaults();
  }

  /** Whether its sentences name what the images show. */
  default boolean wantsClassName() {
    return false;
  }

  /**
   * Throws where settings ask for something that the backbone does not have, as a {@link
   * dev.headclip.settings.SettingException}.
   */
  default void check(S settings, ClipConfig config) {}

  /** What it learns, in the order in which first values are drawn; nothing by default. */
  default List<Learnable> learned(S settings, ClipConfig config) {
    return List.of();
  }

  /**
   * Settings that a file's tensors show, where the file does not say them; by path.
   *
   * @param shapes of the tensors
   * @param said whether the file has the setting of a path
   */
  default Map<String, Object> shown(
      S settings, Map<String, long[]> shapes, Predicate<String> said) {
    return Map.of();
  }

  /** Paths of the settings that say which learned tensors there are, and how many. */
  default Set<String> counting() {
    return Set.of();
  }

  /**
   * Settings that follow from others which somebody gave, where nobody gave them; by path.
   *
   * @param given whether somebody gave the setting of a path
   */
  default Map<String, Object> implied(S settings, Predicate<String> given) {
    return Map.of();
  }

  /** What the network sees of an image. */
  default Views views(S settings) {
    return Views.square(Preprocess.SQUARE, settings.imageSize());
  }

  <T> Network<T> network(S settings, Clip<T> clip);

  /**
   * Whether {@link Network#evidence} looks at values ({@link
   * dev.headclip.tensor.TensorOps#chosen}): it cannot be recorded then, and is computed beside a
   * recorded graph.
   */
  default boolean readsValues(S settings) {
    return false;
  }

  /** What {@link Network#frozen} is for these settings. */
  default FrozenPart frozenPart(S settings) {
    return new FrozenPart(
        "%s %s".formatted(name(), Schema.json(settings)), "the frozen part of an image is kept");
  }

  /**
   * @param grid patches along a side of the network's input
   */
  default Scoring scoring(S settings, ScoreSettings scores, int grid) {
    return SourceScoring.asRead(scores, s -> new JointScoring(s, grid, settings.imageSize()));
  }

  /** What learns from the very image that is judged; nothing by default. */
  default Optional<Adaptation> adaptation(S settings, ClipConfig config, Compute compute) {
    return Optional.empty();
  }

  /** A checkpoint that the method's authors published, if it is one. */
  default Optional<Imported> imported(TensorSource checkpoint) {
    return Optional.empty();
  }
}
