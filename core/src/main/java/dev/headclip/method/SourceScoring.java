package dev.headclip.method;

import dev.headclip.map.AnomalyMap;
import dev.headclip.map.GaussianFilter;
import dev.headclip.settings.Schema;
import dev.headclip.tensor.HostOps;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.function.Function;

/**
 * The paper's scoring with the other reading of Eq. 12: a map is brought to the image's own size
 * before its Gaussian. The size is known only where the image is, so that no export holds it.
 *
 * @param settings lambda, Gaussian, highest pixels
 * @param unsmoothed the same scoring without a Gaussian
 */
public record SourceScoring(ScoreSettings settings, Scoring unsmoothed) implements Scoring {
  private static final HostOps OPS = new HostOps();

  /**
   * A method's scoring in the reading that its settings ask for.
   *
   * @param usual the scoring with the Gaussian at the network's size
   */
  public static Scoring asRead(ScoreSettings settings, Function<ScoreSettings, Scoring> usual) {
    return settings.smoothAt() == ScoreSettings.SmoothAt.SOURCE
        ? new SourceScoring(settings, usual.apply(Schema.with(settings, "sigma", 0.0)))
        : usual.apply(settings);
  }

  @Override
  public Scores of(Tensors<HostTensor> evidence, int width, int height) {
    Scores sharp = unsmoothed.of(evidence, width, height);
    AnomalyMap large = sharp.map().resize(width, height);
    AnomalyMap smooth = new GaussianFilter(settings.sigma()).apply(large);
    return RecordableScoring.scores(
        JointScoring.scores(
            OPS,
            settings,
            HostTensor.of(new float[] {(float) sharp.global()}, 1),
            HostTensor.of(smooth.values(), 1, height, width),
            HostTensor.of(large.values(), 1, height, width)));
  }
}
