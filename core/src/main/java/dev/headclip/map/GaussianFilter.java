package dev.headclip.map;

/**
 * SciPy's gaussian_filter with its defaults: radius int(4 sigma + 0.5), normalised kernel, edges
 * mirrored with the edge sample repeated (mode reflect), rows then columns.
 */
public final class GaussianFilter {
  private final double[] kernel;
  private final int radius;

  /**
   * @param sigma standard deviation in pixels; 0 leaves everything as it is
   */
  public GaussianFilter(double sigma) {
    radius = (int) (4 * sigma + 0.5);
    kernel = new double[2 * radius + 1];
    double sum = 0;
    for (int i = -radius; i <= radius; i++) {
      kernel[i + radius] = sigma == 0 ? 1 : Math.exp(-0.5 * i * i / (sigma * sigma));
      sum += kernel[i + radius];
    }
    for (int i = 0; i < kernel.length; i++) {
      kernel[i] /= sum;
    }
  }

  /** The plain two-pass filter; {@link MapOperator} does the same in one product. */
  public AnomalyMap apply(AnomalyMap map) {
    int w = map.width();
    int h = map.height();
    float[] out = map.values().clone();
    double[] line = new double[h];
    for (int x = 0; x < w; x++) {
      for (int y = 0; y < h; y++) {
        line[y] = out[y * w + x];
      }
      double[] smooth = line(line);
      for (int y = 0; y < h; y++) {
        out[y * w + x] = (float) smooth[y];
      }
    }
    line = new double[w];
    for (int y = 0; y < h; y++) {
      for (int x = 0; x < w; x++) {
        line[x] = out[y * w + x];
      }
      double[] smooth = line(line);
      for (int x = 0; x < w; x++) {
        out[y * w + x] = (float) smooth[x];
      }
    }
    return new AnomalyMap(w, h, out);
  }

  /** One line smoothed. */
  double[] line(double[] values) {
    int n = values.length;
    double[] out = new double[n];
    for (int i = 0; i < n; i++) {
      double sum = 0;
      for (int k = -radius; k <= radius; k++) {
        sum += kernel[k + radius] * values[reflect(i + k, n)];
      }
      out[i] = sum;
    }
    return out;
  }

  private static int reflect(int i, int n) {
    int m = Math.floorMod(i, 2 * n);
    return m < n ? m : 2 * n - 1 - m;
  }
}
