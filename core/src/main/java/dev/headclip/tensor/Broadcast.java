package dev.headclip.tensor;

import java.util.Arrays;

/** Two shapes brought together as NumPy does, and where each element of the result comes from. */
final class Broadcast {
  private final long[] shape;
  private final int size;
  private final int[] left;
  private final int[] right;

  private Broadcast(long[] shape, int[] left, int[] right) {
    this.shape = shape;
    this.size = Math.toIntExact(HostTensor.elements(shape));
    this.left = left;
    this.right = right;
  }

  static Broadcast of(long[] a, long[] b) {
    long[] shape = Shapes.broadcast(a, b);
    return new Broadcast(shape, places(a, shape), places(b, shape));
  }

  /** Index in a tensor of shape {@code of} for each element of {@code in}; empty for the same. */
  private static int[] places(long[] of, long[] in) {
    if (Arrays.equals(of, in)) {
      return new int[0];
    }
    int[] steps = new int[in.length];
    int stride = 1;
    for (int i = 1; i <= of.length; i++) {
      long s = of[of.length - i];
      steps[in.length - i] = s == 1 ? 0 : stride;
      stride *= (int) s;
    }
    int[] places = new int[Math.toIntExact(HostTensor.elements(in))];
    int[] at = new int[in.length];
    int from = 0;
    for (int i = 0; i < places.length; i++) {
      places[i] = from;
      for (int a = in.length - 1; a >= 0; a--) {
        from += steps[a];
        if (++at[a] < in[a]) {
          break;
        }
        from -= steps[a] * at[a];
        at[a] = 0;
      }
    }
    return places;
  }

  long[] shape() {
    return shape;
  }

  /** Elements of the result. */
  int size() {
    return size;
  }

  int left(int i) {
    return left.length == 0 ? i : left[i];
  }

  int right(int i) {
    return right.length == 0 ? i : right[i];
  }
}
