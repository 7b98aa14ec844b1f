package dev.headclip.calibrate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ThresholdEffectTest {
  @Test
  void whatIsFoundAndCalledWronglyIsCountedBeforeAndAfter() {
    float[] scores = {0.2f, 0.5f, 0.6f, 0.7f, 0.9f};
    boolean[] labels = {false, false, true, true, true};
    ThresholdEffect e = ThresholdEffect.of(scores, labels, 0.5, 0.8);
    assertThat(e).isEqualTo(new ThresholdEffect(3, 2, 3, 1, 1, 0));
    assertThat(e.halvesRecall()).isTrue();
    assertThat(ThresholdEffect.of(scores, labels, 0.5, 0.65).halvesRecall()).isFalse();
    assertThat(e.text()).contains("1 of 3 anomalous found (before: 3)", "0 of 2 normal");
  }
}
