package dev.headclip.method.anovl;

import dev.headclip.clip.Clip;
import dev.headclip.clip.ClipConfig;
import dev.headclip.image.Preprocess;
import dev.headclip.method.Adaptation;
import dev.headclip.method.Method;
import dev.headclip.method.Network;
import dev.headclip.method.ScoreSettings;
import dev.headclip.method.Scoring;
import dev.headclip.method.SourceScoring;
import dev.headclip.method.Views;
import dev.headclip.settings.Schema;
import dev.headclip.tensor.Compute;
import java.util.Map;
import java.util.Optional;

/**
 * AnoVL (hq-deng/AnoVL at 3a70bfd): an ensemble of sentences, value attention in all layers, 22
 * views for the score, and for the map a few steps of learning from the image itself. Nothing is
 * learned beforehand. Facts: docs/spec/anovl.md.
 */
public final class AnoVl implements Method<AnoVlSettings> {
  @Override
  public String name() {
    return "anovl";
  }

  @Override
  public String description() {
    return "sentences, value attention in all layers, adaptation to each image; learns nothing before";
  }

  @Override
  public Class<AnoVlSettings> settings() {
    return AnoVlSettings.class;
  }

  @Override
  public AnoVlSettings defaults(ClipConfig config) {
    return Schema.of(AnoVlSettings.class).defaults(Map.of("image_size", config.imageSize()));
  }

  /** mvtec, visa: the two scripts (vl_test.py, vis_test.py); plain: without adaptation. */
  @Override
  public Map<String, Map<String, ?>> presets(ClipConfig config) {
    return Map.of(
        "mvtec",
        Map.of("views", "many", "adapt_target", "sentences", "optimizer", "carried"),
        "visa",
        Map.of(
            "views", "tiles", "adapt_target", "tokens", "optimizer", "carried", "adapt_seed", 42),
        "plain",
        Map.of("views", "one", "adapt_steps", 0));
  }

  /** The score of the class tokens, and a map without a Gaussian. */
  @Override
  public ScoreSettings scores() {
    return ScoreSettings.of(Map.of("lambda", 0.0, "sigma", 0.0));
  }

  @Override
  public boolean wantsClassName() {
    return true;
  }

  @Override
  public Views views(AnoVlSettings s) {
    return switch (s.views()) {
      case MANY -> new ManyViews(s.imageSize());
      case TILES -> new TileViews(s.imageSize());
      case ONE -> Views.square(Preprocess.SQUARE_BILINEAR, s.imageSize());
    };
  }

  @Override
  public <T> Network<T> network(AnoVlSettings s, Clip<T> clip) {
    return new AnoVlNetwork<>(clip, s);
  }

  @Override
  public Scoring scoring(AnoVlSettings s, ScoreSettings scores, int grid) {
    boolean tiled = s.views() == AnoVlSettings.Seen.TILES;
    return SourceScoring.asRead(
        scores,
        x ->
            s.views() == AnoVlSettings.Seen.ONE && s.adaptSteps() == 0
                ? AnoVlScoring.single(x, grid, s.imageSize())
                : new AnoVlScoring(x, grid, s.imageSize(), tiled));
  }

  @Override
  public Optional<Adaptation> adaptation(AnoVlSettings s, ClipConfig config, Compute compute) {
    if (s.adaptSteps() == 0) {
      return Optional.empty();
    }
    return Optional.of(
        new TokenAdaptation(s, config, compute, () -> Draws.seeded(s.adaptSeed(), s.noise())));
  }
}
