package dev.headclip.synth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FieldTest {
  @Test
  void blurringKeepsTheLevelAndEqualsThePlainMean() {
    Field f = Field.noise(23, 17, 3, 5, 3, 0.7, new SplittableRandom(1));
    for (int radius : new int[] {1, 2, 5}) {
      Field once = plain(plain(f, radius), radius);
      Field found = f.blurred(radius);
      for (int i = 0; i < found.values().length; i++) {
        assertThat(found.values()[i]).isCloseTo(once.values()[i], within(1e-5f));
      }
      assertThat(Field.filled(9, 9, 0.4f).blurred(radius).at(4, 0)).isCloseTo(0.4f, within(1e-6f));
    }
  }

  /** The mean over a square, the border repeated. */
  private static Field plain(Field f, int radius) {
    return Field.of(
        f.width(),
        f.height(),
        (x, y) -> {
          float sum = 0;
          for (int v = y - radius; v <= y + radius; v++) {
            for (int u = x - radius; u <= x + radius; u++) {
              sum +=
                  f.at(
                      Math.min(Math.max(u, 0), f.width() - 1),
                      Math.min(Math.max(v, 0), f.height() - 1));
            }
          }
          return sum / ((2 * radius + 1) * (2 * radius + 1));
        });
  }
}
