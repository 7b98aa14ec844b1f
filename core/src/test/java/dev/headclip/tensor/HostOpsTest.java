package dev.headclip.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The interpreter that judges all others, against numbers worked out by hand. */
class HostOpsTest {
  private final HostOps ops = new HostOps();

  private static HostTensor t(long[] shape, double... values) {
    float[] data = new float[values.length];
    for (int i = 0; i < data.length; i++) {
      data[i] = (float) values[i];
    }
    return new HostTensor(shape, data);
  }

  private static long[] s(long... shape) {
    return shape;
  }

  private static void same(HostTensor found, long[] shape, double... values) {
    assertThat(found.shape()).containsExactly(shape);
    for (int i = 0; i < values.length; i++) {
      assertThat(found.data()[i]).as("element " + i).isCloseTo((float) values[i], within(1e-6f));
    }
  }

  @Test
  void products() {
    HostTensor x = t(s(2, 3), 1, 2, 3, 4, 5, 6);
    HostTensor w = t(s(2, 3), 1, 0, -1, 2, 2, 2);
    same(ops.linear(x, w), s(2, 2), -2, 12, -2, 30);
    same(ops.linear(x, w, t(s(2), 10, 20)), s(2, 2), 8, 32, 8, 50);
    same(ops.matmul(x, ops.transpose(w, 1, 0)), s(2, 2), -2, 12, -2, 30);
    HostTensor batch = t(s(2, 1, 2), 1, 2, 3, 4);
    same(ops.matmul(batch, t(s(2, 2), 1, 10, 100, 1000)), s(2, 1, 2), 201, 2010, 403, 4030);
    assertThatThrownBy(() -> ops.matmul(x, x)).hasMessageContaining("times");
  }

  @Test
  void broadcasting() {
    HostTensor x = t(s(2, 1, 2), 1, 2, 3, 4);
    HostTensor y = t(s(3, 1), 10, 20, 30);
    same(ops.add(x, y), s(2, 3, 2), 11, 12, 21, 22, 31, 32, 13, 14, 23, 24, 33, 34);
    same(ops.mul(y, x), s(2, 3, 2), 10, 20, 20, 40, 30, 60, 30, 40, 60, 80, 90, 120);
    same(ops.div(t(s(1), 6), t(s(2), 2, 4)), s(2), 3, 1.5);
    assertThatThrownBy(() -> ops.add(t(s(2), 1, 2), t(s(3), 1, 2, 3)))
        .hasMessageContaining("[2] and [3] do not go together");
  }

  @Test
  void sumsAndMeans() {
    HostTensor x = t(s(2, 2, 2), 1, 2, 3, 4, 5, 6, 7, 8);
    same(ops.sum(x, 0), s(2, 2), 6, 8, 10, 12);
    same(ops.sum(x, 1, 2), s(2), 10, 26);
    same(ops.sum(x, -1), s(2, 2), 3, 7, 11, 15);
    same(ops.mean(x), s(), 4.5);
    same(ops.topMean(t(s(2, 4), 1, 9, 3, 7, -1, -1, -5, 0), 2), s(2), 8, -0.5);
  }

  @Test
  void nonLinearities() {
    HostTensor x = t(s(3), -1, 0.5, 2);
    same(ops.quickGelu(x), s(3), -0.15420423, 0.35038844, 1.93565857);
    same(ops.gelu(x), s(3), -0.15865526, 0.34573123, 1.95449972);
    same(ops.relu(x), s(3), 0, 0.5, 2);
    same(ops.softmax(t(s(2), 0, Math.log(3))), s(2), 0.25, 0.75);
    same(ops.logSoftmax(t(s(2), -1000, 1000)), s(2), -2000, 0);
    same(ops.normalize(t(s(2), 3, 4)), s(2), 0.6, 0.8);
    same(ops.layerNorm(t(s(2), 1, 3), t(s(2), 2, 2), t(s(2), 1, 1), 0), s(2), -1, 3);
    same(ops.roundToHalf(t(s(2), 0.3, 1e-9)), s(2), 0.30004883, 0);
  }

  @Test
  void theErrorFunctionIsExactEverywhere() {
    double[][] known = {
      {0, 0},
      {0.1, 0.1124629160182849},
      {0.5, 0.5204998778130465},
      {1, 0.8427007929497149},
      {2, 0.9953222650189527},
      {2.4999, 0.9995928290722945},
      {2.5001, 0.9995932646655541},
      {3, 0.9999779095030014},
      {4.5, 0.9999999998033839}
    };
    for (double[] k : known) {
      assertThat(Erf.of(k[0])).isCloseTo(k[1], within(2e-9));
      assertThat(Erf.of(-k[0])).isCloseTo(-k[1], within(2e-9));
    }
    assertThat(Erf.of(40)).isEqualTo(1);
    assertThat(Erf.of(Double.NaN)).isNaN();
  }

  @Test
  void rearranging() {
    HostTensor x = t(s(2, 3), 1, 2, 3, 4, 5, 6);
    same(ops.transpose(x, 1, 0), s(3, 2), 1, 4, 2, 5, 3, 6);
    same(ops.slice(x, 1, 1, 3), s(2, 2), 2, 3, 5, 6);
    same(ops.concat(1, List.of(x, t(s(2, 1), 8, 9))), s(2, 4), 1, 2, 3, 8, 4, 5, 6, 9);
    same(ops.gather(x, 1, new int[] {2, 2, 0}), s(2, 3), 3, 3, 1, 6, 6, 4);
    same(ops.gather(x, 0, new int[] {1}), s(1, 3), 4, 5, 6);
    same(ops.rows(x, new int[] {1, 0, 1}), s(3, 3), 4, 5, 6, 1, 2, 3, 4, 5, 6);
    same(ops.repeatBatch(t(s(1, 2), 7, 8), x), s(2, 2), 7, 8, 7, 8);
    same(ops.reshape(x, 3, -1), s(3, 2), 1, 2, 3, 4, 5, 6);
  }
}
