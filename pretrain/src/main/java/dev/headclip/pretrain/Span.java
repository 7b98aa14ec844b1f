package dev.headclip.pretrain;

import dev.headclip.tensor.HostTensor;

/** What vectors do not span, softly. */
final class Span {
  /** Of the variance, what counts as none: about what 99 % of it leave out. */
  private static final double FLOOR = 1e-4;

  private Span() {}

  /**
   * For each set of vectors the matrix l (C + l I)^-1, C its second moment and l {@link #FLOOR} of
   * C's trace: near 1 across its subspace, near 0 along it.
   *
   * @param vectors [P,N,W], their mean taken away
   * @return [P,W,W], symmetric
   */
  static HostTensor outside(HostTensor vectors) {
    int sets = vectors.size(0);
    int n = vectors.size(1);
    int w = vectors.size(2);
    HostTensor out = HostTensor.zeros(sets, w, w);
    for (int s = 0; s < sets; s++) {
      double[][] c = moment(vectors.data(), s * n * w, n, w);
      double trace = 1e-12;
      for (int i = 0; i < w; i++) {
        trace += c[i][i];
      }
      double floor = FLOOR * trace;
      for (int i = 0; i < w; i++) {
        c[i][i] += floor;
      }
      double[][] inverse = inverse(c);
      for (int i = 0; i < w; i++) {
        for (int j = 0; j < w; j++) {
          out.data()[(s * w + i) * w + j] = (float) (floor * inverse[i][j]);
        }
      }
    }
    return out;
  }

  private static double[][] moment(float[] x, int from, int n, int w) {
    double[][] c = new double[w][w];
    for (int k = 0; k < n; k++) {
      int row = from + k * w;
      for (int i = 0; i < w; i++) {
        double v = x[row + i] / (double) n;
        double[] ci = c[i];
        for (int j = 0; j <= i; j++) {
          ci[j] += v * x[row + j];
        }
      }
    }
    for (int i = 0; i < w; i++) {
      for (int j = 0; j < i; j++) {
        c[j][i] = c[i][j];
      }
    }
    return c;
  }

  /** Of a symmetric positive definite matrix, by Cholesky's factors. */
  private static double[][] inverse(double[][] a) {
    int w = a.length;
    double[][] l = new double[w][w];
    for (int i = 0; i < w; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = a[i][j];
        for (int k = 0; k < j; k++) {
          sum -= l[i][k] * l[j][k];
        }
        l[i][j] = i == j ? Math.sqrt(sum) : sum / l[j][j];
      }
    }
    // the factor's inverse, row by row
    double[][] m = new double[w][w];
    for (int i = 0; i < w; i++) {
      m[i][i] = 1 / l[i][i];
      for (int j = 0; j < i; j++) {
        double sum = 0;
        for (int k = j; k < i; k++) {
          sum -= l[i][k] * m[k][j];
        }
        m[i][j] = sum / l[i][i];
      }
    }
    double[][] out = new double[w][w];
    for (int k = 0; k < w; k++) {
      for (int i = 0; i <= k; i++) {
        double v = m[k][i];
        for (int j = 0; j <= k; j++) {
          out[i][j] += v * m[k][j];
        }
      }
    }
    return out;
  }
}
