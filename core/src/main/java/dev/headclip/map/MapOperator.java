package dev.headclip.map;

import dev.headclip.tensor.HostTensor;

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

  /**
   * @param grid patches along a side
   * @param size side of the map, pixels
   * @param sigma of the Gaussian in map pixels, 0 for none
   */
  public MapOperator(int grid, int size, double sigma) {
    this.grid = grid;
    this.size = size;
    this.matrix = new float[size * grid];
    Bilinear taps = Bilinear.of(grid, size);
    GaussianFilter gaussian = new GaussianFilter(sigma);
    for (int j = 0; j < grid; j++) {
      double[] column = new double[size];
      for (int o = 0; o < size; o++) {
        double w = taps.weight(o);
        column[o] = (taps.low(o) == j ? 1 - w : 0) + (taps.high(o) == j ? w : 0);
      }
      double[] smooth = gaussian.line(column);
      for (int o = 0; o < size; o++) {
        matrix[o * grid + j] = (float) smooth[o];
      }
    }
  }

  /** A as a tensor [size,grid], for networks that contain the map. */
  public HostTensor matrix() {
    return HostTensor.of(matrix.clone(), size, grid);
  }

  public int grid() {
    return grid;
  }

  /**
   * @param patches grid*grid values, row-major
   */
  public AnomalyMap apply(float[] patches) {
    if (patches.length != grid * grid) {
      throw new IllegalArgumentException(
          "%d patch values, expected %d".formatted(patches.length, grid * grid));
    }
    // rows of P A^T, transposed so that the last product runs along memory
    float[] half = new float[grid * size];
    for (int v = 0; v < grid; v++) {
      for (int x = 0; x < size; x++) {
        float sum = 0;
        for (int u = 0; u < grid; u++) {
          sum += patches[v * grid + u] * matrix[x * grid + u];
        }
        half[v * size + x] = sum;
      }
    }
    float[] out = new float[size * size];
    for (int y = 0; y < size; y++) {
      int row = y * size;
      for (int v = 0; v < grid; v++) {
        float w = matrix[y * grid + v];
        if (w != 0) {
          int from = v * size;
          for (int x = 0; x < size; x++) {
            out[row + x] += w * half[from + x];
          }
        }
      }
    }
    return new AnomalyMap(size, size, out);
  }
}
