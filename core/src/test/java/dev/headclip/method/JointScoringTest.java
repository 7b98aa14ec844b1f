package dev.headclip.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.headclip.HeadClipException;
import dev.headclip.map.AnomalyMap;
import dev.headclip.map.GaussianFilter;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class JointScoringTest {
  private static final int GRID = 5;
  private static final int SIZE = 35;

  private static float[] patches() {
    SplittableRandom r = new SplittableRandom(1);
    float[] p = new float[GRID * GRID];
    for (int i = 0; i < p.length; i++) {
      p[i] = (float) r.nextDouble();
    }
    return p;
  }

  private static Tensors<HostTensor> evidence(float global) {
    return JointScoring.evidence(
        HostTensor.of(new float[] {global}, 1), HostTensor.of(patches(), 1, GRID * GRID));
  }

  private static Scores scores(Map<String, ?> settings) {
    return new JointScoring(ScoreSettings.of(settings), GRID, SIZE).of(evidence(0.3f), 9, 9);
  }

  private static float[] plain(double sigma) {
    AnomalyMap up = new AnomalyMap(GRID, GRID, patches()).resize(SIZE, SIZE);
    return new GaussianFilter(sigma).apply(up).values();
  }

  private static double topMean(float[] map, int k) {
    float[] sorted = map.clone();
    Arrays.sort(sorted);
    double sum = 0;
    for (int i = 0; i < k; i++) {
      sum += sorted[sorted.length - 1 - i];
    }
    return sum / k;
  }

  @Test
  void theOneProductGivesWhatUpsamplingFilteringAndSortingGive() {
    Scores s = scores(Map.of("lambda", 0.25));
    float[] map = plain(4);
    assertThat(s.map().width()).isEqualTo(SIZE);
    for (int i = 0; i < map.length; i++) {
      assertThat(s.map().values()[i]).isCloseTo(map[i], within(2e-6f));
    }
    double local = topMean(map, (int) (SIZE * SIZE * 0.03));
    assertThat(s.global()).isEqualTo(0.3f);
    assertThat(s.local()).isCloseTo(local, within(1e-6));
    assertThat(s.score()).isCloseTo(0.75 * 0.3 + 0.25 * local, within(1e-6));
  }

  @Test
  void rawTopPixelsAreOfTheMapBeforeTheGaussian() {
    Scores raw = scores(Map.of("top_map", "raw", "top_count", 7));
    assertThat(raw.local()).isCloseTo(topMean(plain(0), 7), within(1e-6));
    for (int i = 0; i < SIZE * SIZE; i++) {
      assertThat(raw.map().values()[i]).isCloseTo(plain(4)[i], within(2e-6f));
    }
    Scores smoothed = scores(Map.of("top_count", 7));
    assertThat(smoothed.local()).isCloseTo(topMean(plain(4), 7), within(1e-6));
    assertThat(raw.local()).isGreaterThan(smoothed.local() + 0.01);
  }

  @Test
  void theWholeMapIsTheMostThatTopTakesAndOnePixelTheLeast() {
    ScoreSettings many = ScoreSettings.of(Map.of("top_count", 100_000));
    assertThat(many.top(25)).isEqualTo(25);
    assertThat(ScoreSettings.of(Map.of("top_fraction", 1e-9)).top(25)).isEqualTo(1);
  }

  @Test
  void aScoreThatIsNoNumberIsAnError() {
    JointScoring scoring = new JointScoring(ScoreSettings.defaults(), GRID, SIZE);
    assertThatThrownBy(() -> scoring.of(evidence(Float.NaN), 9, 9))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining("the model gives no number");
  }
}
