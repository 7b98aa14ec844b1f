package dev.headclip.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Torch's numbers from docs/spec/clip.md section 4. */
class PositionResizeTest {
  private static void check(PositionResize mode, double[] in, double... expected) {
    double[][] taps = mode.taps(in.length, expected.length);
    for (int o = 0; o < expected.length; o++) {
      double sum = 0;
      for (int i = 0; i < in.length; i++) {
        sum += taps[o][i] * in[i];
      }
      assertThat(sum).isCloseTo(expected[o], within(1e-5));
    }
  }

  @Test
  void bilinear() {
    check(
        PositionResize.BILINEAR,
        new double[] {0, 1, 4},
        0,
        .142857,
        .571429,
        1,
        2.285714,
        3.571429,
        4);
  }

  @Test
  void bicubic() {
    check(
        PositionResize.BICUBIC,
        new double[] {0, 1, 4, 9},
        -.099216,
        .156249,
        .804208,
        2.125,
        4.424658,
        7.480775,
        9.496082);
  }

  @Test
  void bicubicAntialias() {
    check(
        PositionResize.BICUBIC_ANTIALIAS,
        new double[] {0, 1, 4, 9},
        -.079327,
        .187511,
        .862571,
        2.25,
        4.318489,
        7.604277,
        9.396635);
  }
}
