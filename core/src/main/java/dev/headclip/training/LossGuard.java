package dev.headclip.training;

import java.util.List;
import java.util.Optional;

/** Looks at a step before the numbers are touched: nothing that is not finite ever enters them. */
final class LossGuard {
  /** A loss of this many times the first one is an explosion. */
  private static final double EXPLOSION = 20;

  /** Epochs differ by chance; a run that learned nothing ends above this share of its beginning. */
  private static final double RISE = 1.05;

  private LossGuard() {}

  /**
   * What is wrong, in words.
   *
   * @param total loss of the step
   * @param first loss of the very first step; negative before it
   */
  static Optional<String> problem(double total, double first, List<float[]> gradients) {
    if (!Double.isFinite(total)) {
      return Optional.of("the loss is " + total);
    }
    if (!finite(gradients)) {
      return Optional.of("the gradient is not a number");
    }
    return first >= 0 && total > EXPLOSION * Math.max(1, first)
        ? Optional.of("the loss exploded from %.3g to %.3g".formatted(first, total))
        : Optional.empty();
  }

  /**
   * What is to be said of a run whose loss went up, in words.
   *
   * @param first mean loss of the first epoch
   * @param last that of the last one
   */
  static Optional<String> rise(double first, double last, double lr) {
    return last > RISE * first
        ? Optional.of(
            "the loss rose from %.3g in the first epoch to %.3g in the last: lr %s is too high for these data"
                .formatted(first, last, lr))
        : Optional.empty();
  }

  private static boolean finite(List<float[]> all) {
    for (float[] a : all) {
      for (float v : a) {
        if (!Float.isFinite(v)) {
          return false;
        }
      }
    }
    return true;
  }
}
