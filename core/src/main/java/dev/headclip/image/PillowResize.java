package dev.headclip.image;

/**
 * Pillow's 8-bit resize, bit for bit (docs/spec/clip.md section 6): antialiased on the way down,
 * weights of 22 bits, rounded to 8 bits after the horizontal and after the vertical pass.
 */
public enum PillowResize {
  BILINEAR(1) {
    @Override
    double weight(double x) {
      return Math.max(0, 1 - Math.abs(x));
    }
  },
  BICUBIC(2) {
    @Override
    double weight(double x) {
      double a = -0.5;
      double t = Math.abs(x);
      if (t < 1) {
        return ((a + 2) * t - (a + 3)) * t * t + 1;
      }
      return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0;
    }
  };

  private static final int PRECISION = 22;

  private final double radius;

  PillowResize(double radius) {
    this.radius = radius;
  }

  abstract double weight(double x);

  /** Resized to the given size; the same object where nothing changes. */
  public RgbImage resize(RgbImage image, int width, int height) {
    byte[] out = resize(image.rgb(), image.width(), image.height(), 3, width, height);
    return out == image.rgb() ? image : new RgbImage(width, height, out);
  }

  /**
   * Resizes interleaved 8-bit samples.
   *
   * @param channels samples per pixel
   */
  public byte[] resize(
      byte[] samples, int width, int height, int channels, int toWidth, int toHeight) {
    byte[] wide =
        toWidth == width
            ? samples
            : pass(samples, width, height, channels, toWidth, channels, width * channels, true);
    return toHeight == height
        ? wide
        : pass(wide, height, toWidth * channels, 1, toHeight, toWidth * channels, 1, false);
  }

  /**
   * One pass along one axis.
   *
   * @param in samples along the axis
   * @param lines lines across it
   * @param channels neighbouring samples that belong to one position of the axis (rows only)
   * @param step distance between neighbours along the axis
   * @param stride distance between lines
   */
  private byte[] pass(
      byte[] from,
      int in,
      int lines,
      int channels,
      int out,
      int step,
      int stride,
      boolean horizontal) {
    byte[] to = new byte[Math.multiplyExact(Math.multiplyExact(out, lines), channels)];
    double scale = (double) in / out;
    double stretch = Math.max(scale, 1);
    double support = radius * stretch;
    for (int o = 0; o < out; o++) {
      double center = (o + 0.5) * scale;
      int low = Math.max((int) (center - support + 0.5), 0);
      int high = Math.min((int) (center + support + 0.5), in);
      int[] weights = weights(center, stretch, low, high);
      for (int line = 0; line < lines; line++) {
        for (int c = 0; c < channels; c++) {
          long sum = 1L << (PRECISION - 1);
          int at = line * stride + low * step + c;
          for (int w : weights) {
            sum += (long) w * (from[at] & 0xff);
            at += step;
          }
          int value = (int) (sum >> PRECISION);
          int target = horizontal ? (line * out + o) * channels + c : o * lines + line;
          to[target] = (byte) Math.min(Math.max(value, 0), 255);
        }
      }
    }
    return to;
  }

  private int[] weights(double center, double stretch, int low, int high) {
    double[] w = new double[high - low];
    double sum = 0;
    for (int j = 0; j < w.length; j++) {
      w[j] = weight((low + j - center + 0.5) / stretch);
      sum += w[j];
    }
    int[] fixed = new int[w.length];
    for (int j = 0; j < w.length; j++) {
      double v = w[j] / sum * (1 << PRECISION);
      fixed[j] = (int) (v + Math.copySign(0.5, v));
    }
    return fixed;
  }
}
