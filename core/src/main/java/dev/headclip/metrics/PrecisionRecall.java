package dev.headclip.metrics;

import java.util.Optional;

/**
 * Figures of the precision-recall curve over every threshold (scikit-learn's definitions,
 * docs/spec/metrics.md section 1).
 *
 * @param ap average precision: sum of (R_k - R_{k-1}) P_k, not interpolated
 * @param f1max largest F1 over all thresholds
 * @param threshold where it is reached first from above: prediction is score &gt;= threshold
 */
record PrecisionRecall(double ap, double f1max, double threshold) {
  /**
   * @param scores higher is more anomalous; no NaN
   * @param labels true for anomalous
   * @return empty where nothing is anomalous
   */
  public static Optional<PrecisionRecall> of(double[] scores, boolean[] labels) {
    return of(new Ranking(scores, labels));
  }

  static Optional<PrecisionRecall> of(Ranking r) {
    if (r.positives() == 0) {
      return Optional.empty();
    }
    double[] sums = new double[3];
    long[] counts = new long[2];
    r.forEachGroup(
        (score, p, n) -> {
          counts[0] += p;
          counts[1] += n;
          sums[0] += (double) p / r.positives() * counts[0] / (counts[0] + counts[1]);
          double f1 = 2.0 * counts[0] / (r.positives() + counts[0] + counts[1]);
          if (f1 > sums[1]) {
            sums[1] = f1;
            sums[2] = score;
          }
        });
    return Optional.of(new PrecisionRecall(sums[0], sums[1], sums[2]));
  }
}
