package dev.headclip.map;

import java.util.function.IntToDoubleFunction;

/** Taps of bilinear resizing along one axis (docs/spec/clip.md section 4). */
final class Bilinear {
  private final int[] low;
  private final int[] high;
  private final float[] weight;

  private Bilinear(int in, int out, IntToDoubleFunction place) {
    low = new int[out];
    high = new int[out];
    weight = new float[out];
    for (int o = 0; o < out; o++) {
      double s = place.applyAsDouble(o);
      low[o] = Math.min((int) s, in - 1);
      high[o] = Math.min(low[o] + 1, in - 1);
      weight[o] = (float) (s - low[o]);
    }
  }

  /** Corners not aligned. */
  static Bilinear of(int in, int out) {
    return new Bilinear(in, out, o -> Math.max(0, (o + 0.5) * in / out - 0.5));
  }

  /** The first and last samples fall on one another. */
  static Bilinear aligned(int in, int out) {
    return new Bilinear(in, out, o -> out == 1 ? 0 : (double) o * (in - 1) / (out - 1));
  }

  int low(int o) {
    return low[o];
  }

  int high(int o) {
    return high[o];
  }

  /** Share of {@link #high}. */
  float weight(int o) {
    return weight[o];
  }
}
