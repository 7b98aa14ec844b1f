package dev.headclip.map;

import dev.headclip.tensor.HostOps;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.TensorOps;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/**
 * From patch values to the map at the network's input size: Eq. 12's upsampling and Gaussian in
 * one.
 *
 * <p>Both are linear and separable, so with U the bilinear and G the Gaussian matrix of one axis
 * the map is A P A^T, A = G U of S x g numbers: exact, and cheaper by far than filtering S x S
 * pixels.
 */
public final class MapOperator {
  private final int grid;
  private final int size;
  private final float[] matrix;

  /** The matrix by columns. */
  private final float[] turned;

  /**
   * @param grid patches along a side
   * @param size side of the map, pixels
   * @param sigma of the Gaussian in map pixels, 0 for none
   */
  public MapOperator(int grid, int size, double sigma) {
    this(grid, size, Bilinear.of(grid, size), sigma);
  }

  /** The same with the corners of both grids on one another (AdaCLIP, AnoVL). */
  public static MapOperator cornersAligned(int grid, int size, double sigma) {
    return new MapOperator(grid, size, Bilinear.aligned(grid, size), sigma);
  }

  /**
   * OpenCV's 3x3 Gaussian after the upsampling: its border is mirrored without repeating the edge
   * (docs/spec/few_shot.md section 7).
   */
  public static MapOperator three(int grid, int size, double sigma) {
    double side = Math.exp(-0.5 / (sigma * sigma));
    double all = 1 + 2 * side;
    return new MapOperator(
        grid,
        size,
        Bilinear.of(grid, size),
        line -> {
          int n = line.length;
          double[] out = new double[n];
          for (int i = 0; i < n; i++) {
            double before = line[n == 1 ? 0 : Math.abs(i - 1)];
            double after = line[n == 1 ? 0 : i + 1 < n ? i + 1 : n - 2];
            out[i] = (line[i] + side * (before + after)) / all;
          }
          return out;
        });
  }

  /** The Gaussian alone, of maps that have the network's size already. */
  public static MapOperator gaussian(int size, double sigma) {
    return new MapOperator(size, size, sigma);
  }

  private MapOperator(int grid, int size, Bilinear taps, double sigma) {
    this(grid, size, taps, new GaussianFilter(sigma)::line);
  }

  private MapOperator(int grid, int size, Bilinear taps, UnaryOperator<double[]> filter) {
    this.grid = grid;
    this.size = size;
    this.matrix = new float[size * grid];
    for (int j = 0; j < grid; j++) {
      double[] column = new double[size];
      for (int o = 0; o < size; o++) {
        double w = taps.weight(o);
        column[o] = (taps.low(o) == j ? 1 - w : 0) + (taps.high(o) == j ? w : 0);
      }
      double[] smooth = filter.apply(column);
      for (int o = 0; o < size; o++) {
        matrix[o * grid + j] = (float) smooth[o];
      }
    }
    this.turned = turned(matrix, grid, size);
  }

  private static float[] turned(float[] matrix, int grid, int size) {
    float[] t = new float[matrix.length];
    for (int i = 0; i < matrix.length; i++) {
      t[i % grid * size + i / grid] = matrix[i];
    }
    return t;
  }

  private MapOperator(int grid, int size, float[] matrix) {
    this.grid = grid;
    this.size = size;
    this.matrix = matrix;
    this.turned = turned(matrix, grid, size);
  }

  /** Patches are first averaged with their neighbours, 3 by 3, borders repeated (AnoVL). */
  public MapOperator ofAverages() {
    float[] averaged = new float[matrix.length];
    for (int o = 0; o < size; o++) {
      for (int j = 0; j < grid; j++) {
        for (int d = -1; d <= 1; d++) {
          int from = Math.min(Math.max(j + d, 0), grid - 1);
          averaged[o * grid + from] += matrix[o * grid + j] / 3;
        }
      }
    }
    return new MapOperator(grid, size, averaged);
  }

  /** A: what one axis of patches becomes, [S,g]. */
  public HostTensor matrix() {
    return HostTensor.of(matrix.clone(), size, grid);
  }

  /** Side of the map, pixels. */
  public int size() {
    return size;
  }

  /**
   * A P A^T.
   *
   * @param patches g*g values of each image, row-major, [B,N] or [B,N,1]
   * @return [B,S,S]
   */
  public <T> T record(TensorOps<T> ops, T patches) {
    if (ops instanceof HostOps && patches instanceof HostTensor p) {
      @SuppressWarnings("unchecked")
      T same = (T) applied(p);
      return same;
    }
    T a = ops.constant(HostTensor.of(matrix, size, grid));
    T rows = ops.linear(ops.reshape(patches, -1, grid, grid), a);
    T columns = ops.linear(ops.transpose(rows, 0, 2, 1), a);
    return ops.transpose(columns, 0, 2, 1);
  }

  /** The same numbers to the bit without tensors in between, each loop along memory. */
  private HostTensor applied(HostTensor patches) {
    int cells = grid * grid;
    int images = patches.data().length / cells;
    float[] out = new float[images * size * size];
    float[] rows = new float[grid * size];
    for (int b = 0; b < images; b++) {
      Arrays.fill(rows, 0);
      for (int i = 0; i < grid; i++) {
        for (int j = 0; j < grid; j++) {
          float v = patches.data()[b * cells + i * grid + j];
          for (int s = 0; s < size; s++) {
            rows[i * size + s] += v * turned[j * size + s];
          }
        }
      }
      for (int t = 0; t < size; t++) {
        int to = (b * size + t) * size;
        for (int i = 0; i < grid; i++) {
          float w = matrix[t * grid + i];
          // most of a row's weights are 0: a pixel is of few patches
          if (w != 0) {
            for (int s = 0; s < size; s++) {
              out[to + s] += w * rows[i * size + s];
            }
          }
        }
      }
    }
    return HostTensor.of(out, images, size, size);
  }
}
