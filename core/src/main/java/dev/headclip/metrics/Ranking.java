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
    void accept(double score, long positives, long negatives);
  }

  // rising
  private final double[] anomalous;
  private final double[] normal;
  private final int positives;
  private final int negatives;

  /**
   * @param scores higher is more anomalous; no NaN
   * @param labels true for anomalous
   */
  Ranking(double[] scores, boolean[] labels) {
    if (scores.length != labels.length) {
      throw new IllegalArgumentException(
          "%d scores, %d labels".formatted(scores.length, labels.length));
    }
    anomalous = new double[scores.length];
    normal = new double[scores.length];
    int a = 0;
    int n = 0;
    for (int i = 0; i < scores.length; i++) {
      if (Double.isNaN(scores[i])) {
        throw new IllegalArgumentException("score %d is NaN".formatted(i));
      }
      // 0 and -0 are the same
      if (labels[i]) {
        anomalous[a++] = scores[i] + 0.0;
      } else {
        normal[n++] = scores[i] + 0.0;
      }
    }
    positives = a;
    negatives = n;
    Arrays.parallelSort(anomalous, 0, a);
    Arrays.parallelSort(normal, 0, n);
  }

  long positives() {
    return positives;
  }

  long negatives() {
    return negatives;
  }

  /** All groups, highest score first. */
  void forEachGroup(Group use) {
    int a = positives;
    int n = negatives;
    while (a > 0 || n > 0) {
      double score =
          a == 0
              ? normal[n - 1]
              : n == 0 ? anomalous[a - 1] : Math.max(anomalous[a - 1], normal[n - 1]);
      int fromA = a;
      int fromN = n;
      while (a > 0 && anomalous[a - 1] == score) {
        a--;
      }
      while (n > 0 && normal[n - 1] == score) {
        n--;
      }
      use.accept(score, fromA - a, fromN - n);
    }
  }
}
