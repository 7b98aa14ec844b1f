package dev.headclip.metrics;

import java.util.Arrays;

/**
 * Scores in falling order with equal ones in one group, as all threshold metrics need them
 * (docs/spec/metrics.md section 1).
 */
final class Ranking {
  /** One distinct score. */
  interface Group {
    /**
     * @param score the threshold: prediction is score &gt;= threshold
     * @param positives anomalous ones with this very score
     * @param negatives normal ones with it
     */
    void accept(float score, long positives, long negatives);
  }

  private final long[] keys;
  private final long positives;

  /**
   * @param scores higher is more anomalous; no NaN
   * @param labels true for anomalous
   */
  Ranking(float[] scores, boolean[] labels) {
    if (scores.length != labels.length) {
      throw new IllegalArgumentException(
          "%d scores, %d labels".formatted(scores.length, labels.length));
    }
    keys = new long[scores.length];
    long anomalous = 0;
    for (int i = 0; i < scores.length; i++) {
      if (Float.isNaN(scores[i])) {
        throw new IllegalArgumentException("score %d is NaN".formatted(i));
      }
      anomalous += labels[i] ? 1 : 0;
      // the label rides in the lowest bit
      keys[i] = ((long) ScoreOrder.key(scores[i]) << 1) | (labels[i] ? 1 : 0);
    }
    positives = anomalous;
    Arrays.parallelSort(keys);
  }

  long positives() {
    return positives;
  }

  long negatives() {
    return keys.length - positives;
  }

  /** All groups, highest score first. */
  void forEachGroup(Group use) {
    for (int i = keys.length - 1; i >= 0; ) {
      long key = keys[i] >> 1;
      long p = 0;
      long n = 0;
      for (; i >= 0 && keys[i] >> 1 == key; i--) {
        p += keys[i] & 1;
        n += 1 - (keys[i] & 1);
      }
      use.accept(ScoreOrder.score((int) key), p, n);
    }
  }
}
