package dev.headclip.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.headclip.tensor.HostTensor;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SpanTest {
  @Test
  void whatIsSpannedIsTakenAwayAndWhatIsNotStays() {
    int w = 6;
    HostTensor x = HostTensor.zeros(1, 40, w);
    SplittableRandom r = new SplittableRandom(3);
    for (int k = 0; k < 40; k++) {
      x.data()[k * w] = (float) (2 * r.nextGaussian());
      x.data()[k * w + 1] = (float) r.nextGaussian();
    }
    HostTensor m = Span.outside(x);
    float[] along = {1, 1, 0, 0, 0, 0};
    float[] across = {0, 0, 0, 1, 0, 0};
    assertThat(square(m, along)).isBetween(0.0, 2e-3);
    assertThat(square(m, across)).isCloseTo(1, within(1e-6));
  }

  @Test
  void itIsTheInverseThatItSays() {
    int w = 5;
    HostTensor x = HostTensor.zeros(2, 30, w);
    SplittableRandom r = new SplittableRandom(4);
    for (int i = 0; i < x.data().length; i++) {
      x.data()[i] = (float) r.nextGaussian();
    }
    HostTensor m = Span.outside(x);
    double[][] c = new double[w][w];
    double trace = 0;
    for (int i = 0; i < w; i++) {
      for (int j = 0; j < w; j++) {
        for (int k = 30; k < 60; k++) {
          c[i][j] += x.data()[k * w + i] * x.data()[k * w + j] / 30.0;
        }
      }
      trace += c[i][i];
    }
    double floor = 1e-4 * trace;
    for (int i = 0; i < w; i++) {
      for (int j = 0; j < w; j++) {
        double product = 0;
        for (int k = 0; k < w; k++) {
          double shifted = c[k][j] + (k == j ? floor : 0);
          product += m.data()[(w + i) * w + k] / floor * shifted;
        }
        assertThat(product).isCloseTo(i == j ? 1 : 0, within(1e-4));
      }
    }
  }

  private static double square(HostTensor m, float[] v) {
    double sum = 0;
    for (int i = 0; i < v.length; i++) {
      for (int j = 0; j < v.length; j++) {
        sum += v[i] * m.data()[i * v.length + j] * v[j];
      }
    }
    return sum;
  }
}
