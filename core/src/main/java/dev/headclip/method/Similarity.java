package dev.headclip.method;

import dev.headclip.tensor.TensorOps;
import java.util.List;

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

  /** The abnormal column of {@link #probability}: [...,1]. */
  public static <T> T abnormal(TensorOps<T> ops, T unit, T text, double temperature) {
    T p = probability(ops, unit, text, temperature);
    return ops.slice(p, ops.shape(p).length - 1, 1, 2);
  }

  /** {@link #abnormal} of the same patches in several layers, added: [B,N,1]. */
  public static <T> T abnormalSum(TensorOps<T> ops, List<T> layers, T text, double temperature) {
    T sum = abnormal(ops, layers.get(0), text, temperature);
    for (T layer : layers.subList(1, layers.size())) {
      sum = ops.add(sum, abnormal(ops, layer, text, temperature));
    }
    return sum;
  }
}
