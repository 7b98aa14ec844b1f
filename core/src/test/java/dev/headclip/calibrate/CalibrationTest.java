package dev.headclip.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CalibrationTest {
  private static final float[] SCORES = {.1f, .2f, .3f, .4f, .6f, .8f};
  private static final boolean[] LABELS = {false, false, true, false, true, true};

  @Test
  void bestF1LiesBetweenTheImagesThatItParts() {
    // from .3 on: 3 hits of 4 called, F1 6/7
    Calibration c = Calibration.bestF1(SCORES, LABELS);
    assertThat(c.threshold()).isCloseTo(.25, within(1e-6));
    assertThat((double) c.facts().get("f1")).isCloseTo(6 / 7.0, within(1e-9));
    assertThat((double) c.facts().get("false_alarm_rate")).isCloseTo(1 / 3.0, within(1e-9));
  }

  @Test
  void recallTakesTheHighestThresholdThatReachesIt() {
    assertThat(Calibration.recall(SCORES, LABELS, 2 / 3.0).threshold()).isCloseTo(.5, within(1e-6));
    assertThat(Calibration.recall(SCORES, LABELS, 1).threshold()).isCloseTo(.25, within(1e-6));
  }

  @Test
  void tiesAreNeverParted() {
    float[] scores = {.5f, .5f, .5f, .1f};
    boolean[] labels = {true, false, true, false};
    assertThat(Calibration.recall(scores, labels, .5).threshold()).isCloseTo(.3, within(1e-6));
  }

  @Test
  void normalImagesGiveARateThatNewOnesKeep() {
    SplittableRandom r = new SplittableRandom(5);
    double sum = 0;
    int covered = 0;
    int rounds = 400;
    for (int round = 0; round < rounds; round++) {
      float[] normal = new float[99];
      for (int i = 0; i < normal.length; i++) {
        normal[i] = (float) r.nextDouble();
      }
      Calibration c = Calibration.normals(normal, 0.05);
      // scores are uniform: the true rate is what lies above the threshold
      double rate = 1 - c.threshold();
      sum += rate;
      List<?> interval = (List<?>) c.facts().get("fpr_95");
      covered += rate >= (double) interval.get(0) && rate <= (double) interval.get(1) ? 1 : 0;
    }
    assertThat(sum / rounds).isCloseTo(0.05, within(0.004));
    assertThat((double) covered / rounds).isBetween(0.92, 0.98);
  }

  @Test
  void tooFewNormalImagesSaySo() {
    Calibration c = Calibration.normals(new float[] {.2f, .3f, .1f}, 0.01);
    assertThat(c.threshold()).isCloseTo(.3, within(1e-6)).isGreaterThan(.3f);
    assertThat(c.remarks().get(0)).contains("25.0 %");
  }

  @Test
  void unlabelledImagesAreGuessedRobustlyAndMistrustedWhenHalfAreFlagged() {
    SplittableRandom r = new SplittableRandom(6);
    float[] scores = new float[500];
    for (int i = 0; i < scores.length; i++) {
      double logit = i < 450 ? -2 + 0.5 * r.nextGaussian() : 3 + 0.5 * r.nextGaussian();
      scores[i] = (float) (1 / (1 + Math.exp(-logit)));
    }
    Calibration c = Calibration.unlabelled(scores, 0.01);
    assertThat(c.threshold()).isBetween(.25, .6);
    assertThat(c.facts()).containsEntry("trust", "low");
    float[] half = new float[100];
    for (int i = 0; i < half.length; i++) {
      half[i] = i < 60 ? .1f + i * 1e-5f : .9f;
    }
    assertThat(Calibration.unlabelled(half, 0.01).facts()).containsEntry("trust", "none");
  }

  @Test
  void quantilesAgreeWithTables() {
    assertThat(Calibration.normalQuantile(0.975)).isCloseTo(1.959964, within(1e-5));
    // Clopper-Pearson: 0 of 20 gives an upper limit of 16.84 %
    assertThat(Calibration.betaQuantile(0.975, 1, 20)).isCloseTo(0.168433, within(1e-5));
  }

  @Test
  void impossibleWishesAreRefused() {
    for (double rate : new double[] {0, 1, -1, Double.NaN}) {
      assertThatThrownBy(() -> Calibration.normals(new float[] {1}, rate))
          .hasMessageContaining("target_fpr");
    }
    assertThat(Calibration.normals(new float[] {.5f}, .999).threshold()).isLessThanOrEqualTo(1);
    assertThatThrownBy(() -> Calibration.bestF1(new float[] {1}, new boolean[] {true}))
        .hasMessageContaining("all anomalous");
  }
}
