package dev.headclip.reference;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Several kinds in one batch, by their mean tokens. */
class KindsTest {
  /** Images of kinds whose mean tokens lie around centres of their own. */
  private static Optional<String> said(int kinds, int ofEach, double spread) {
    Random random = new Random(5);
    Kinds all = new Kinds();
    for (int k = 0; k < kinds; k++) {
      for (int i = 0; i < ofEach; i++) {
        double[] mean = new double[16];
        for (int c = 0; c < mean.length; c++) {
          mean[c] = (c == k ? 1 : 0) + spread * random.nextGaussian();
        }
        all.add("%d-%d.png".formatted(k, i), mean);
      }
    }
    return all.remark();
  }

  @Test
  void areCountedWhereTheyLieFarApart() {
    assertThat(said(2, 6, 0.02)).hasValueSatisfying(r -> assertThat(r).contains("two kinds"));
    assertThat(said(3, 6, 0.02)).hasValueSatisfying(r -> assertThat(r).contains("three kinds"));
    assertThat(said(5, 6, 0.02)).hasValueSatisfying(r -> assertThat(r).contains("five kinds"));
  }

  @Test
  void areNotSeenInOneKindNorInAFewImages() {
    assertThat(said(1, 30, 0.2)).isEmpty();
    assertThat(said(2, 15, 0.3)).isEmpty();
    assertThat(said(2, 2, 0.02)).isEmpty();
  }
}
