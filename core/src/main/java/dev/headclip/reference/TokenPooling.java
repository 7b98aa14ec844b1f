package dev.headclip.reference;

import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.TensorOps;

/** Sums over neighbours in the grid of patches; beyond the border there are zeros. */
final class TokenPooling {
  private TokenPooling() {}

  /**
   * A sum over a square of patches: MuSc's and AF-CLIP's aggregation, whose divisor cancels in the
   * unit length that follows (docs/spec/musc.md section 3; few_shot.md section 5).
   *
   * @param tokens [B,g*g,C]
   * @param box side of the square, odd; 1 leaves the tokens as they are
   */
  static <T> T box(TensorOps<T> ops, T tokens, int box) {
    if (box == 1) {
      return tokens;
    }
    long[] shape = ops.shape(tokens);
    int grid = grid(shape[1]);
    T band = ops.constant(band(grid, box / 2));
    T rows = ops.matmul(band, ops.reshape(tokens, -1, grid, grid * shape[2]));
    T columns = ops.matmul(band, ops.reshape(rows, -1, grid, shape[2]));
    return ops.reshape(columns, -1, shape[1], shape[2]);
  }

  /** The side of a square grid of so many patches. */
  static int grid(long patches) {
    int side = (int) Math.round(Math.sqrt(patches));
    if ((long) side * side != patches) {
      throw new IllegalArgumentException("%d patches are no square".formatted(patches));
    }
    return side;
  }

  private static HostTensor band(int grid, int radius) {
    HostTensor t = HostTensor.zeros(grid, grid);
    for (int i = 0; i < grid; i++) {
      for (int j = Math.max(0, i - radius); j <= Math.min(grid - 1, i + radius); j++) {
        t.data()[i * grid + j] = 1;
      }
    }
    return t;
  }
}
