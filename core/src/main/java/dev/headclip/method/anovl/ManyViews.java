package dev.headclip.method.anovl;

import dev.headclip.image.Normalization;
import dev.headclip.image.Preprocess;
import dev.headclip.image.RgbImage;
import dev.headclip.method.Views;
import java.util.ArrayList;
import java.util.List;

/**
 * The 22 views of the normalised square (utils.py:52-75): itself; turned by up to 45 degrees;
 * shifted; mirrored; grey; by quarter turns.
 *
 * @param side of the square, pixels
 */
public record ManyViews(int side) implements Views {
  private static final int CHANNELS = 3;
  private static final double[] GREY = {0.299, 0.587, 0.114};

  /** Signs of the shifts, in their order. */
  private static final int[][] CORNERS = {{1, 1}, {-1, 1}, {-1, -1}, {1, -1}};

  @Override
  public float[][] of(RgbImage image, Normalization normalization) {
    return of(Views.square(Preprocess.SQUARE_BILINEAR, side).of(image, normalization)[0]);
  }

  @Override
  public boolean whole() {
    return false;
  }

  @Override
  public boolean firstWhole() {
    return true;
  }

  /**
   * The views of a normalised image.
   *
   * @param pixels [3,side,side]
   */
  public float[][] of(float[] pixels) {
    List<float[]> all = new ArrayList<>();
    all.add(pixels);
    for (int k : new int[] {-4, -3, -2, -1, 1, 2, 3, 4}) {
      double angle = k * Math.PI / 16;
      double cos = Math.cos(angle);
      double sin = Math.sin(angle);
      all.add(warped(pixels, cos, -sin, 0, sin, cos, 0));
    }
    for (double by : new double[] {0.2, 0.1}) {
      for (int[] sign : CORNERS) {
        all.add(warped(pixels, 1, 0, sign[0] * by, 0, 1, sign[1] * by));
      }
    }
    int last = side - 1;
    all.add(moved(pixels, (x, y) -> y * side + last - x));
    all.add(grey(pixels));
    all.add(moved(pixels, (x, y) -> x * side + last - y));
    all.add(moved(pixels, (x, y) -> (last - y) * side + last - x));
    all.add(moved(pixels, (x, y) -> (last - x) * side + y));
    return all.toArray(float[][]::new);
  }

  private interface From {
    int of(int x, int y);
  }

  private float[] moved(float[] pixels, From from) {
    float[] to = new float[pixels.length];
    int plane = side * side;
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        int source = from.of(x, y);
        for (int c = 0; c < CHANNELS; c++) {
          to[c * plane + y * side + x] = pixels[c * plane + source];
        }
      }
    }
    return to;
  }

  private float[] grey(float[] pixels) {
    float[] to = new float[pixels.length];
    int plane = side * side;
    for (int i = 0; i < plane; i++) {
      double sum = 0;
      for (int c = 0; c < CHANNELS; c++) {
        sum += GREY[c] * pixels[c * plane + i];
      }
      for (int c = 0; c < CHANNELS; c++) {
        to[c * plane + i] = (float) sum;
      }
    }
    return to;
  }

  /**
   * PyTorch's affine_grid and grid_sample: bilinear, corners aligned, mirrored at the borders'
   * pixels. The matrix maps places of the result to places of the image, both from -1 to 1.
   */
  private float[] warped(
      float[] pixels, double xx, double xy, double x0, double yx, double yy, double y0) {
    float[] to = new float[pixels.length];
    int plane = side * side;
    double half = (side - 1) / 2.0;
    for (int y = 0; y < side; y++) {
      double v = y / half - 1;
      for (int x = 0; x < side; x++) {
        double u = x / half - 1;
        double fromX = mirrored((xx * u + xy * v + x0 + 1) * half);
        double fromY = mirrored((yx * u + yy * v + y0 + 1) * half);
        int left = Math.min((int) fromX, side - 1);
        int top = Math.min((int) fromY, side - 1);
        int right = Math.min(left + 1, side - 1);
        int bottom = Math.min(top + 1, side - 1);
        double wx = fromX - left;
        double wy = fromY - top;
        for (int c = 0; c < CHANNELS; c++) {
          int at = c * plane;
          double above =
              pixels[at + top * side + left] * (1 - wx) + pixels[at + top * side + right] * wx;
          double below =
              pixels[at + bottom * side + left] * (1 - wx)
                  + pixels[at + bottom * side + right] * wx;
          to[at + y * side + x] = (float) (above * (1 - wy) + below * wy);
        }
      }
    }
    return to;
  }

  /** A place beyond the first or last pixel, thrown back. */
  private double mirrored(double place) {
    double span = side - 1;
    if (span == 0) {
      return 0;
    }
    double at = Math.abs(place) % (2 * span);
    return at <= span ? at : 2 * span - at;
  }
}
