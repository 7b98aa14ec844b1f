package dev.headclip.metrics;

import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * Area under the ROC curve: the share of (anomalous, normal) pairs that the scores order rightly,
 * ties counting half (spec/metrics.md section 1).
 */
public final class Auroc {
  private Auroc() {}

  /**
   * @param scores higher is more anomalous; no NaN
   * @param labels true for anomalous
   * @return empty where one of the labels is missing
   */
  public static OptionalDouble of(float[] scores, boolean[] labels) {
    if (scores.length != labels.length) {
      throw new IllegalArgumentException(
          "%d scores, %d labels".formatted(scores.length, labels.length));
    }
    long positives = 0;
    long[] keys = new long[scores.length];
    for (int i = 0; i < scores.length; i++) {
      if (Float.isNaN(scores[i])) {
        throw new IllegalArgumentException("score %d is NaN".formatted(i));
      }
      positives += labels[i] ? 1 : 0;
      // the label rides in the lowest bit of an order-preserving key
      keys[i] = ((long) ordered(scores[i] + 0f) << 1) | (labels[i] ? 1 : 0);
    }
    long negatives = scores.length - positives;
    if (positives == 0 || negatives == 0) {
      return OptionalDouble.empty();
    }
    Arrays.parallelSort(keys);
    double won = 0;
    long below = 0;
    for (int i = 0; i < keys.length; ) {
      long key = keys[i] >> 1;
      long p = 0;
      long n = 0;
      while (i < keys.length && keys[i] >> 1 == key) {
        p += keys[i] & 1;
        n += 1 - (keys[i] & 1);
        i++;
      }
      won += p * (below + n / 2.0);
      below += n;
    }
    return OptionalDouble.of(won / ((double) positives * negatives));
  }

  private static int ordered(float f) {
    int bits = Float.floatToIntBits(f);
    return bits >= 0 ? bits : bits ^ 0x7fffffff;
  }
}
