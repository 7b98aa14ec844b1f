package dev.headclip.tensor;

import java.util.Arrays;

/** The mean of a map's k highest values: S_local of Eq. 7. */
final class TopMean {
  /** Every so many values make a sample. */
  private static final int STEP = 16;

  private TopMean() {}

  /**
   * @param k 1 to the number of values
   */
  static double of(float[] values, int k) {
    if (k < 1 || k > values.length) {
      throw new IllegalArgumentException("the %d highest of %d values".formatted(k, values.length));
    }
    float[] a = candidates(values, k);
    select(a, k);
    double sum = 0;
    for (int i = 0; i < k; i++) {
      sum += a[i];
    }
    return sum / k;
  }

  /**
   * Values with the k highest among them: for a small share of many values, those from a bound on
   * that a sample says to be low enough.
   */
  private static float[] candidates(float[] values, int k) {
    int n = values.length / STEP;
    // twice the share, and some more for a sample's luck
    int rank = 2 * k / STEP + 16;
    if (n < 4 * rank) {
      return values.clone();
    }
    float[] sample = new float[n];
    for (int i = 0; i < n; i++) {
      sample[i] = values[i * STEP];
    }
    select(sample, rank);
    float bound = sample[0];
    for (int i = 1; i < rank; i++) {
      bound = Math.min(bound, sample[i]);
    }
    int found = 0;
    float[] some = new float[values.length];
    for (float v : values) {
      some[found] = v;
      // without a branch, which a processor would guess wrong
      found += v >= bound ? 1 : 0;
    }
    return found >= k ? Arrays.copyOf(some, found) : values.clone();
  }

  /** Moves the k highest to the front (Hoare's selection, median of three). */
  private static void select(float[] a, int k) {
    int lo = 0;
    int hi = a.length - 1;
    while (lo < hi) {
      float pivot = median(a[lo], a[(lo + hi) >>> 1], a[hi]);
      int i = lo;
      int j = hi;
      while (i <= j) {
        while (a[i] > pivot) {
          i++;
        }
        while (a[j] < pivot) {
          j--;
        }
        if (i <= j) {
          float t = a[i];
          a[i++] = a[j];
          a[j--] = t;
        }
      }
      if (k - 1 <= j) {
        hi = j;
      } else if (k - 1 >= i) {
        lo = i;
      } else {
        return;
      }
    }
  }

  private static float median(float a, float b, float c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }
}
