package dev.headclip.metrics;

import java.util.OptionalDouble;

/**
 * Area under the ROC curve: the share of (anomalous, normal) pairs that the scores order rightly,
 * ties counting half (docs/spec/metrics.md section 1).
 */
final class Auroc {
  private Auroc() {}

  /**
   * @param scores higher is more anomalous; no NaN
   * @param labels true for anomalous
   * @return empty where one of the labels is missing
   */
  public static OptionalDouble of(double[] scores, boolean[] labels) {
    return of(new Ranking(scores, labels));
  }

  static OptionalDouble of(Ranking r) {
    if (r.positives() == 0 || r.negatives() == 0) {
      return OptionalDouble.empty();
    }
    double[] won = new double[1];
    long[] above = new long[1];
    r.forEachGroup(
        (score, p, n) -> {
          won[0] += n * (above[0] + p / 2.0);
          above[0] += p;
        });
    return OptionalDouble.of(won[0] / ((double) r.positives() * r.negatives()));
  }
}
