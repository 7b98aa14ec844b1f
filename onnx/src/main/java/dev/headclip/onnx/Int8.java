package dev.headclip.onnx;

import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.function.Supplier;

/**
 * Weights as whole numbers: one scale per output channel, symmetric about 0.
 *
 * <p>Seven bits are used, not eight: without VNNI, x86 adds pairs of products in 16 bits, which
 * eight-bit weights overflow.
 */
final class Int8 {
  /** How the names of scales end. */
  static final String SCALE = ".scale";

  private static final int LARGEST = 63;

  private Int8() {}

  /** Which weights become whole numbers. */
  @FunctionalInterface
  interface Layers {
    boolean quantized(String weight);
  }

  /**
   * @param weight int8 [in,out]
   * @param scale float [out]
   * @param zero int8 [out], all 0
   */
  record Constants(Value weight, Value scale, Value zero) {}

  /** {@code stored}: float [out,in]. */
  static Constants constants(Graph graph, String name, Stored stored) {
    int out = Math.toIntExact(stored.shape()[0]);
    int in = Math.toIntExact(stored.shape()[1]);
    Supplier<FloatBuffer> read =
        () -> stored.bytes().get().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    return new Constants(
        graph.constant(
            name + ".int8",
            Stored.bytes(new long[] {in, out}, () -> quantized(read.get(), out, in))),
        graph.constant(
            name + SCALE, Stored.floats(new long[] {out}, () -> scales(read.get(), out, in))),
        graph.constant(name + ".zero", Stored.bytes(new long[] {out}, () -> new byte[out])));
  }

  static float[] scales(FloatBuffer w, int out, int in) {
    float[] scales = new float[out];
    for (int o = 0; o < out; o++) {
      float max = 0;
      for (int i = 0; i < in; i++) {
        max = Math.max(max, Math.abs(w.get(o * in + i)));
      }
      scales[o] = max == 0 ? 1 : max / LARGEST;
    }
    return scales;
  }

  static byte[] quantized(FloatBuffer w, int out, int in) {
    float[] scales = scales(w, out, in);
    byte[] q = new byte[out * in];
    for (int o = 0; o < out; o++) {
      for (int i = 0; i < in; i++) {
        q[i * out + o] = (byte) Math.round(w.get(o * in + i) / scales[o]);
      }
    }
    return q;
  }
}
