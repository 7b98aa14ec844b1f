package dev.headclip.method;

import dev.headclip.tensor.TensorOps;

/** Cosines with the text features, and the softmax over them. */
public final class Similarity {
  private Similarity() {}

  /**
   * cos / tau (the exponents of Eq. 8 and 9).
   *
   * @param unit unit features [...,E]
   * @param text unit text features [2,E], normal first
   * @return [...,2]
   */
  public static <T> T logits(TensorOps<T> ops, T unit, T text, double temperature) {
    return ops.scale(ops.linear(unit, text), 1 / temperature);
  }

  /** Eq. 9, and S_global's softmax in Eq. 8: [...,2], normal first. */
  public static <T> T probability(TensorOps<T> ops, T unit, T text, double temperature) {
    return ops.softmax(logits(ops, unit, text, temperature));
  }
}
