package dev.headclip.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.headclip.map.AnomalyMap;
import dev.headclip.map.GaussianFilter;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SourceScoringTest {
  private static Tensors<HostTensor> evidence() {
    SplittableRandom r = new SplittableRandom(2);
    HostTensor patches = HostTensor.zeros(1, 25);
    for (int i = 0; i < 25; i++) {
      patches.data()[i] = (float) r.nextDouble();
    }
    return JointScoring.evidence(HostTensor.filled(0.3f, 1), patches);
  }

  private static Scoring scoring(Map<String, Object> settings) {
    return SourceScoring.asRead(ScoreSettings.of(settings), s -> new JointScoring(s, 5, 70));
  }

  @Test
  void theGaussianComesAfterResizingToTheImagesSize() {
    Scores found = scoring(Map.of("smooth_at", "source", "sigma", 3)).of(evidence(), 90, 50);
    AnomalyMap sharp = scoring(Map.of("sigma", 0)).of(evidence(), 90, 50).map();
    AnomalyMap expected = new GaussianFilter(3).apply(sharp.resize(90, 50));
    assertThat(found.map().width()).isEqualTo(90);
    assertThat(found.map().height()).isEqualTo(50);
    for (int i = 0; i < expected.values().length; i++) {
      assertThat(found.map().values()[i]).isCloseTo(expected.values()[i], within(1e-6f));
    }
    assertThat(found.score()).isCloseTo((found.global() + found.local()) / 2, within(1e-6));
  }

  @Test
  void withoutAGaussianBothReadingsHaveTheSameGlobalScoreAndMap() {
    Scores source = scoring(Map.of("smooth_at", "source", "sigma", 0)).of(evidence(), 70, 70);
    Scores network = scoring(Map.of("sigma", 0)).of(evidence(), 70, 70);
    assertThat(source.map().values()).containsExactly(network.map().values());
    assertThat(source.score()).isCloseTo(network.score(), within(1e-6));
  }
}
