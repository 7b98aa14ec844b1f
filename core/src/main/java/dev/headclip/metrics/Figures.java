package dev.headclip.metrics;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Threshold-free figures of one set of scores, images or pixels.
 *
 * @param auroc empty where a label is missing
 * @param curve empty where nothing is anomalous
 */
public record Figures(OptionalDouble auroc, Optional<PrecisionRecall> curve) {
  /**
   * Sorts once for all of them.
   *
   * @param scores higher is more anomalous; no NaN
   * @param labels true for anomalous
   */
  public static Figures of(double[] scores, boolean[] labels) {
    Ranking r = new Ranking(scores, labels);
    OptionalDouble auroc = Auroc.of(r);
    // with one label only, a precision-recall curve says nothing either
    return new Figures(auroc, auroc.isPresent() ? PrecisionRecall.of(r) : Optional.empty());
  }

  /** No figures. */
  public static Figures none() {
    return new Figures(OptionalDouble.empty(), Optional.empty());
  }
}
