package dev.headclip.weights;

import java.util.Arrays;
import java.util.Objects;

/**
 * A stored tensor's type and shape.
 *
 * @param dtype as stored
 * @param shape sizes, outermost first
 */
public record TensorInfo(DType dtype, long[] shape) {
  public TensorInfo {
    Objects.requireNonNull(dtype, "dtype");
  }

  /** Shape in the form {@code [2,3]}. */
  public String text() {
    return text(shape);
  }

  /** A shape in the form {@code [2,3]}. */
  public static String text(long[] shape) {
    return Arrays.toString(shape).replace(" ", "");
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof TensorInfo t && dtype == t.dtype && Arrays.equals(shape, t.shape);
  }

  @Override
  public int hashCode() {
    return 31 * dtype.hashCode() + Arrays.hashCode(shape);
  }
}
