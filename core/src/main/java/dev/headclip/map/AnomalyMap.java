package dev.headclip.map;

import java.util.Objects;

/**
 * A map of abnormality.
 *
 * @param width columns
 * @param height rows
 * @param values row-major, in [0,1]; shared, not copied
 */
public record AnomalyMap(int width, int height, float[] values) {
  public AnomalyMap {
    Objects.requireNonNull(values, "values");
    if (width < 1 || height < 1 || (long) width * height != values.length) {
      throw new IllegalArgumentException(
          "a %dx%d map with %d values".formatted(width, height, values.length));
    }
  }

  public float at(int x, int y) {
    return values[y * width + x];
  }

  /** Bilinear, corners not aligned, no antialiasing (torch's interpolate). */
  public AnomalyMap resize(int toWidth, int toHeight) {
    if (toWidth == width && toHeight == height) {
      return this;
    }
    Bilinear columns = Bilinear.of(width, toWidth);
    Bilinear rows = Bilinear.of(height, toHeight);
    float[] out = new float[Math.multiplyExact(toWidth, toHeight)];
    for (int y = 0; y < toHeight; y++) {
      int top = rows.low(y) * width;
      int bottom = rows.high(y) * width;
      float wy = rows.weight(y);
      for (int x = 0; x < toWidth; x++) {
        int l = columns.low(x);
        int h = columns.high(x);
        float wx = columns.weight(x);
        float a = values[top + l] + (values[top + h] - values[top + l]) * wx;
        float b = values[bottom + l] + (values[bottom + h] - values[bottom + l]) * wx;
        out[y * toWidth + x] = a + (b - a) * wy;
      }
    }
    return new AnomalyMap(toWidth, toHeight, out);
  }

  /** The largest value. */
  public float max() {
    float max = values[0];
    for (float v : values) {
      max = Math.max(max, v);
    }
    return max;
  }
}
