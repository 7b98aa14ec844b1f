package dev.headclip.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HalfTest {
  @Test
  void everyHalfSurvivesTheWayToFloatAndBack() {
    for (int bits = 0; bits < 0x10000; bits++) {
      float f = Half.toFloat((short) bits);
      if (!Float.isNaN(f)) {
        assertThat(Half.fromFloat(f)).isEqualTo((short) bits);
      }
    }
  }

  @Test
  void knownValues() {
    assertThat(Half.toFloat((short) 0x3c00)).isEqualTo(1f);
    assertThat(Half.toFloat((short) 0x0001)).isEqualTo((float) Math.pow(2, -24));
    assertThat(Half.toFloat((short) 0xfbff)).isEqualTo(-65504f);
    assertThat(Half.toFloat(Half.fromFloat(0.3f))).isEqualTo(0.30004883f);
    assertThat(Half.fromFloat(1e-9f)).isZero();
    assertThat(Half.fromFloat(65520f)).isEqualTo((short) 0x7c00);
  }

  @Test
  void halfwayGoesToTheEvenNeighbour() {
    assertThat(Half.fromFloat(1 + 0x1p-11f)).isEqualTo((short) 0x3c00);
    assertThat(Half.fromFloat(1 + 3 * 0x1p-11f)).isEqualTo((short) 0x3c02);
  }
}
