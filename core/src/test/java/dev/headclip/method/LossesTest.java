package dev.headclip.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.headclip.tensor.HostOps;
import dev.headclip.tensor.HostTensor;
import org.junit.jupiter.api.Test;

class LossesTest {
  private final HostOps ops = new HostOps();

  @Test
  void focalAndDiceAgreeWithTheHandComputedCase() {
    HostTensor abnormal = HostTensor.of(new float[] {.1f, .6f, .8f, .5f}, 1, 2, 2);
    HostTensor normal = HostTensor.of(new float[] {.9f, .4f, .2f, .5f}, 1, 2, 2);
    HostTensor mask = HostTensor.of(new float[] {0, 1, 1, 0}, 1, 2, 2);
    HostTensor clean = HostTensor.of(new float[] {1, 0, 0, 1}, 1, 2, 2);
    assertThat(Losses.focal(ops, abnormal, normal, mask, clean).data()[0])
        .isCloseTo(0.0662450641f, within(1e-7f));
    assertThat(Losses.dice(ops, abnormal, mask).data()[0]).isCloseTo(0.24f, within(1e-6f));
    assertThat(Losses.dice(ops, normal, clean).data()[0]).isCloseTo(0.24f, within(1e-6f));
    assertThat(Losses.local(ops, abnormal, mask).data()[0]).isCloseTo(0.5462450641f, within(1e-6f));
  }

  @Test
  void diceIsTheMeanOverImages() {
    HostTensor a = HostTensor.of(new float[] {1, 0, 0, 0, 1, 1, 1, 1}, 2, 2, 2);
    HostTensor t = HostTensor.of(new float[] {1, 0, 0, 0, 0, 0, 0, 0}, 2, 2, 2);
    // 1 - ((2+1)/(1+1+1) + (0+1)/(4+0+1)) / 2
    assertThat(Losses.dice(ops, a, t).data()[0]).isCloseTo(0.4f, within(1e-6f));
  }

  @Test
  void crossEntropyIsTheMeanNegativeLogProbability() {
    HostTensor logits = HostTensor.of(new float[] {0, (float) Math.log(3), 5, 5}, 2, 2);
    HostTensor truth = Truth.oneHot(new int[] {1, 0});
    double expected = -(Math.log(0.75) + Math.log(0.5)) / 2;
    assertThat(Losses.crossEntropy(ops, logits, truth).data()[0])
        .isCloseTo((float) expected, within(1e-6f));
  }
}
