package dev.headclip.pretrain;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import dev.headclip.tensor.HostTensor;
import dev.headclip.torch.Torch;
import dev.headclip.torch.TorchOps;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ComparisonLossTest {
  private static final int PATCHES = 16;
  private static final int WIDTH = 8;

  /** One pair: the second view has the first one's tokens elsewhere, but for one patch. */
  private static HostTensor pair(boolean changed) {
    SplittableRandom r = new SplittableRandom(5);
    HostTensor t = HostTensor.zeros(2, PATCHES, WIDTH);
    for (int i = 0; i < PATCHES * WIDTH; i++) {
      t.data()[i] = (float) r.nextGaussian();
    }
    for (int p = 0; p < PATCHES; p++) {
      int from = (p + 3) % PATCHES;
      System.arraycopy(t.data(), from * WIDTH, t.data(), (PATCHES + p) * WIDTH, WIDTH);
    }
    if (changed) {
      for (int c = 0; c < WIDTH; c++) {
        t.data()[(PATCHES + 2) * WIDTH + c] = (float) (5 * r.nextGaussian());
      }
    }
    return t;
  }

  private static float loss(CompareBy how, HostTensor tokens, int anomalous) {
    HostTensor share = HostTensor.zeros(2, PATCHES, 1);
    if (anomalous >= 0) {
      share.data()[PATCHES + anomalous] = 1;
    }
    try (NDManager manager = Torch.manager();
        TorchOps ops = new TorchOps(manager)) {
      return ComparisonLoss.of(ops, how, ops.constant(tokens), ops.constant(share)).getFloat();
    }
  }

  @Test
  void patchesThatAreElsewhereInTheOtherViewAreNormal() {
    for (CompareBy how : CompareBy.values()) {
      assertThat(loss(how, pair(false), -1)).as("%s", how).isLessThan(0.1f);
      assertThat(loss(how, pair(false), 2)).as("%s", how).isGreaterThan(1);
    }
  }

  @Test
  void aPatchWithoutItsLikeIsAnomalous() {
    float right = loss(CompareBy.NEAREST, pair(true), 2);
    float elsewhere = loss(CompareBy.NEAREST, pair(true), 9);
    assertThat(right).isLessThan(elsewhere - 1);
  }

  @Test
  void aPatchThatTheOtherViewDoesNotSpanIsAnomalous() {
    HostTensor t = pair(false);
    for (int i = 0; i < t.data().length; i++) {
      // both views along three directions only
      t.data()[i] *= i % WIDTH < 3 ? 1 : 1e-3f;
    }
    t.data()[(PATCHES + 2) * WIDTH + 6] = 3;
    float right = loss(CompareBy.SUBSPACE, t, 2);
    float elsewhere = loss(CompareBy.SUBSPACE, t, 9);
    assertThat(right).isLessThan(0.5f);
    assertThat(right).isLessThan(elsewhere - 1);
  }
}
