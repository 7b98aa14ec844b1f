package dev.headclip.clip;

import dev.headclip.tensor.HostTensor;

/**
 * Position embeddings at another grid (docs/spec/clip.md section 4). Row 0 belongs to the class
 * token and is copied.
 */
public enum PositionResize {
  /** Clamped bilinear, corners not aligned: AnomalyCLIP, CLIP Surgery. */
  BILINEAR {
    @Override
    double[][] taps(int in, int out) {
      double[][] m = new double[out][in];
      for (int o = 0; o < out; o++) {
        double s = Math.max(0, (o + 0.5) * in / out - 0.5);
        int lo = (int) s;
        int hi = Math.min(lo + 1, in - 1);
        m[o][lo] += 1 - (s - lo);
        m[o][hi] += s - lo;
      }
      return m;
    }
  },
  /** Bicubic, a = -0.75, borders repeated: AdaCLIP, Hugging Face. */
  BICUBIC {
    @Override
    double[][] taps(int in, int out) {
      double[][] m = new double[out][in];
      for (int o = 0; o < out; o++) {
        double s = (o + 0.5) * in / out - 0.5;
        int base = (int) Math.floor(s);
        for (int t = base - 1; t <= base + 2; t++) {
          m[o][Math.min(Math.max(t, 0), in - 1)] += cubic(s - t, -0.75);
        }
      }
      return m;
    }
  },
  /** Bicubic, a = -0.5, taps outside dropped, antialiased: open_clip. */
  BICUBIC_ANTIALIAS {
    @Override
    double[][] taps(int in, int out) {
      double[][] m = new double[out][in];
      double scale = Math.max((double) in / out, 1);
      double support = 2 * scale;
      for (int o = 0; o < out; o++) {
        double c = (o + 0.5) * in / out;
        int lo = Math.max((int) (c - support + 0.5), 0);
        int hi = Math.min((int) (c + support + 0.5), in);
        double sum = 0;
        for (int t = lo; t < hi; t++) {
          m[o][t] = cubic((t - c + 0.5) / scale, -0.5);
          sum += m[o][t];
        }
        for (int t = lo; t < hi; t++) {
          m[o][t] /= sum;
        }
      }
      return m;
    }
  };

  /** Interpolation weights [out][in] along one axis. */
  abstract double[][] taps(int in, int out);

  /**
   * @param embedding [1+g*g, width]
   * @param grid wanted patches along a side
   * @return [1+grid*grid, width]; the same object where nothing changes
   */
  public HostTensor resize(HostTensor embedding, int grid) {
    int width = embedding.size(1);
    int g = (int) Math.round(Math.sqrt(embedding.size(0) - 1.0));
    if (g == grid) {
      return embedding;
    }
    double[][] taps = taps(g, grid);
    HostTensor out = HostTensor.zeros(1L + (long) grid * grid, width);
    System.arraycopy(embedding.data(), 0, out.data(), 0, width);
    for (int y = 0; y < grid; y++) {
      for (int x = 0; x < grid; x++) {
        double[] sum = new double[width];
        for (int v = 0; v < g; v++) {
          for (int u = 0; u < g; u++) {
            double w = taps[y][v] * taps[x][u];
            if (w != 0) {
              int from = (1 + v * g + u) * width;
              for (int i = 0; i < width; i++) {
                sum[i] += w * embedding.data()[from + i];
              }
            }
          }
        }
        int to = (1 + y * grid + x) * width;
        for (int i = 0; i < width; i++) {
          out.data()[to + i] = (float) sum[i];
        }
      }
    }
    return out;
  }

  private static double cubic(double x, double a) {
    double t = Math.abs(x);
    if (t < 1) {
      return ((a + 2) * t - (a + 3)) * t * t + 1;
    }
    return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0;
  }
}
