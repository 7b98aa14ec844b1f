package dev.headclip.training;

import java.util.List;
import java.util.Optional;

/** Looks at a step before the numbers are touched: nothing that is not finite ever enters them. */
final class LossGuard {
  /** A loss of this many times the first one is an explosion. */
  private static final double EXPLOSION = 20;

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
