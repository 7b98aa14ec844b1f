package dev.headclip.map;

/** Taps of bilinear resizing along one axis, corners not aligned (docs/spec/clip.md section 4). */
final class Bilinear {
  private final int[] low;
  private final int[] high;
  private final float[] weight;

  private Bilinear(int out) {
    low = new int[out];
    high = new int[out];
    weight = new float[out];
  }

  static Bilinear of(int in, int out) {
    Bilinear b = new Bilinear(out);
    for (int o = 0; o < out; o++) {
      double s = Math.max(0, (o + 0.5) * in / out - 0.5);
      b.low[o] = (int) s;
      b.high[o] = Math.min(b.low[o] + 1, in - 1);
      b.weight[o] = (float) (s - b.low[o]);
    }
    return b;
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
