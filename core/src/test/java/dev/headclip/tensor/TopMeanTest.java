package dev.headclip.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

class TopMeanTest {
  @RepeatedTest(40)
  void selectionEqualsSorting(RepetitionInfo info) {
    SplittableRandom r = new SplittableRandom(info.getCurrentRepetition());
    float[] v = new float[1 + r.nextInt(500)];
    for (int i = 0; i < v.length; i++) {
      // few distinct values: ties matter
      v[i] = r.nextInt(info.getCurrentRepetition() % 2 == 0 ? 5 : 10_000) / 100f;
    }
    float[] before = v.clone();
    int k = 1 + r.nextInt(v.length);
    float[] sorted = v.clone();
    Arrays.sort(sorted);
    double expected = 0;
    for (int i = v.length - k; i < v.length; i++) {
      expected += sorted[i];
    }
    assertThat(TopMean.of(v, k)).isCloseTo(expected / k, within(1e-6));
    assertThat(v).isEqualTo(before);
  }
}
