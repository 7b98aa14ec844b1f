package dev.headclip.tensor;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Objects;

/**
 * A float32 tensor in Java memory, row-major.
 *
 * @param shape sizes, outermost first; empty for a scalar
 * @param data the elements; shared, not copied
 */
public record HostTensor(long[] shape, float[] data) implements Serializable {
  private static final long serialVersionUID = 1;

  public HostTensor {
    Objects.requireNonNull(shape, "shape");
    Objects.requireNonNull(data, "data");
    if (elements(shape) != data.length) {
      throw new IllegalArgumentException(
          "shape %s has %d elements, found %d"
              .formatted(Arrays.toString(shape), elements(shape), data.length));
    }
  }

  /** A tensor of the given shape over {@code data}. */
  public static HostTensor of(float[] data, long... shape) {
    return new HostTensor(shape, data);
  }

  /** A tensor of zeros. */
  public static HostTensor zeros(long... shape) {
    return new HostTensor(shape, new float[Math.toIntExact(elements(shape))]);
  }

  /** A tensor with every element {@code value}. */
  public static HostTensor filled(float value, long... shape) {
    HostTensor t = zeros(shape);
    Arrays.fill(t.data, value);
    return t;
  }

  /** The product of sizes; throws {@link ArithmeticException} beyond 2^63. */
  public static long elements(long... shape) {
    long n = 1;
    for (long s : shape) {
      n = Math.multiplyExact(n, s);
    }
    return n;
  }

  /** The size of axis {@code axis}, counted from the end when negative. */
  public int size(int axis) {
    return Math.toIntExact(shape[axis < 0 ? shape.length + axis : axis]);
  }

  /** The same elements under another shape of equal size. */
  public HostTensor reshape(long... to) {
    return new HostTensor(to, data);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof HostTensor t
        && Arrays.equals(shape, t.shape)
        && Arrays.equals(data, t.data);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(shape) + Arrays.hashCode(data);
  }

  @Override
  public String toString() {
    return "HostTensor" + Arrays.toString(shape);
  }
}
