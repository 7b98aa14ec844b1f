package dev.headclip.tensor;

import java.util.Arrays;

/** Sizes of results, where the batch size may be free (-1). */
public final class Shapes {
  private Shapes() {}

  /** As NumPy broadcasts; a free size goes with 1 and with itself. */
  public static long[] broadcast(long[] a, long[] b) {
    int n = Math.max(a.length, b.length);
    long[] out = new long[n];
    for (int i = 1; i <= n; i++) {
      long x = i <= a.length ? a[a.length - i] : 1;
      long y = i <= b.length ? b[b.length - i] : 1;
      if (x != y && x != 1 && y != 1) {
        throw new IllegalArgumentException(
            "%s and %s do not go together".formatted(Arrays.toString(a), Arrays.toString(b)));
      }
      out[n - i] = x == 1 ? y : x;
    }
    return out;
  }

  /** The sizes after a reshape in which one may be inferred. */
  public static long[] reshaped(long[] from, long[] to) {
    long known = 1;
    int open = -1;
    for (int i = 0; i < to.length; i++) {
      if (to[i] == -1) {
        open = i;
      } else {
        known *= to[i];
      }
    }
    long[] out = to.clone();
    boolean free = Arrays.stream(from).anyMatch(s -> s == -1);
    if (open >= 0 && !free) {
      out[open] = Arrays.stream(from).reduce(1, (a, b) -> a * b) / known;
    }
    return out;
  }
}
