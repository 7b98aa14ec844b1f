package dev.headclip.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class Int8Test {
  @Test
  void everyWeightIsWithinHalfAStepOfItsChannelAndTransposed() {
    int out = 5;
    int in = 7;
    SplittableRandom r = new SplittableRandom(3);
    float[] w = new float[out * in];
    for (int i = 0; i < w.length; i++) {
      w[i] = (float) (r.nextGaussian() * Math.pow(10, i / in - 2));
    }
    // a channel of nothing but zeros has no scale of its own
    java.util.Arrays.fill(w, 3 * in, 4 * in, 0);
    float[] scales = Int8.scales(FloatBuffer.wrap(w), out, in);
    byte[] q = Int8.quantized(FloatBuffer.wrap(w), out, in);
    for (int o = 0; o < out; o++) {
      for (int i = 0; i < in; i++) {
        assertThat(q[i * out + o] * scales[o])
            .isCloseTo(w[o * in + i], within(scales[o] * 0.5001f));
        assertThat(Math.abs(q[i * out + o])).isLessThanOrEqualTo((byte) 63);
      }
    }
  }
}
