package dev.headclip.tensor;

/** The mean of a map's k highest values: S_local of Eq. 7. */
final class TopMean {
  private TopMean() {}

  /**
   * @param k 1 to the number of values
   */
  static double of(float[] values, int k) {
    if (k < 1 || k > values.length) {
      throw new IllegalArgumentException("the %d highest of %d values".formatted(k, values.length));
    }
    float[] a = values.clone();
    select(a, k);
    double sum = 0;
    for (int i = 0; i < k; i++) {
      sum += a[i];
    }
    return sum / k;
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
