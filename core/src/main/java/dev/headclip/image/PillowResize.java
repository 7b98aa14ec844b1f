package dev.headclip.image;

import java.util.Arrays;

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

  /** Rounds. */
  private static final int HALF = 1 << (PRECISION - 1);

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

  /** Smaller, in its shape, so that no side is longer than {@code side}; itself where none is. */
  public RgbImage within(RgbImage image, int side) {
    double scale = Math.min(1, (double) side / Math.max(image.width(), image.height()));
    int width = (int) Math.max(1, Math.round(image.width() * scale));
    int height = (int) Math.max(1, Math.round(image.height() * scale));
    return resize(image, width, height);
  }

  /**
   * Resizes interleaved 8-bit samples.
   *
   * @param channels samples per pixel
   */
  public byte[] resize(
      byte[] samples, int width, int height, int channels, int toWidth, int toHeight) {
    byte[] wide = toWidth == width ? samples : rows(samples, width, height, channels, toWidth);
    return toHeight == height ? wide : columns(wide, height, toWidth * channels, toHeight);
  }

  /** What one position after the pass is made of: weights of the positions from {@code low} on. */
  private record Taps(int low, int[] weights) {}

  private Taps[] taps(int in, int out) {
    double scale = (double) in / out;
    double stretch = Math.max(scale, 1);
    double support = radius * stretch;
    Taps[] all = new Taps[out];
    for (int o = 0; o < out; o++) {
      double center = (o + 0.5) * scale;
      int low = Math.max((int) (center - support + 0.5), 0);
      int high = Math.min((int) (center + support + 0.5), in);
      all[o] = new Taps(low, weights(center, stretch, low, high));
    }
    return all;
  }

  /** The pass along each row; sums fit 32 bits, as in Pillow. */
  private byte[] rows(byte[] from, int in, int lines, int channels, int out) {
    byte[] to = new byte[Math.multiplyExact(Math.multiplyExact(out, lines), channels)];
    Taps[] taps = taps(in, out);
    int target = 0;
    for (int line = 0; line < lines; line++) {
      int start = line * in * channels;
      for (Taps t : taps) {
        int at = start + t.low * channels;
        if (channels == 3) {
          pixel(from, at, t.weights, to, target);
        } else {
          for (int c = 0; c < channels; c++) {
            to[target + c] = sample(from, at + c, channels, t.weights);
          }
        }
        target += channels;
      }
    }
    return to;
  }

  /** Three samples in one loop over the weights. */
  private static void pixel(byte[] from, int at, int[] weights, byte[] to, int target) {
    int red = HALF;
    int green = HALF;
    int blue = HALF;
    for (int w : weights) {
      red += w * (from[at] & 0xff);
      green += w * (from[at + 1] & 0xff);
      blue += w * (from[at + 2] & 0xff);
      at += 3;
    }
    to[target] = clipped(red);
    to[target + 1] = clipped(green);
    to[target + 2] = clipped(blue);
  }

  private static byte sample(byte[] from, int at, int step, int[] weights) {
    int sum = HALF;
    for (int w : weights) {
      sum += w * (from[at] & 0xff);
      at += step;
    }
    return clipped(sum);
  }

  /** The pass down the columns, row by row: along memory. */
  private byte[] columns(byte[] from, int in, int width, int out) {
    byte[] to = new byte[Math.multiplyExact(out, width)];
    Taps[] taps = taps(in, out);
    int[] sums = new int[width];
    for (int o = 0; o < out; o++) {
      Arrays.fill(sums, HALF);
      int at = taps[o].low * width;
      for (int w : taps[o].weights) {
        for (int x = 0; x < width; x++) {
          sums[x] += w * (from[at + x] & 0xff);
        }
        at += width;
      }
      for (int x = 0; x < width; x++) {
        to[o * width + x] = clipped(sums[x]);
      }
    }
    return to;
  }

  private static byte clipped(int sum) {
    return (byte) Math.min(Math.max(sum >> PRECISION, 0), 255);
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
