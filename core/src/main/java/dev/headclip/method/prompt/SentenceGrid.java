package dev.headclip.method.prompt;

import dev.headclip.tensor.TensorOps;
import java.util.ArrayList;
import java.util.List;

/**
 * The sentences about a class: every state of it in every template.
 *
 * @param normal of the class in order
 * @param abnormal of the damaged class
 */
public record SentenceGrid(List<String> normal, List<String> abnormal) {
  /** WinCLIP's seven normal states, which AdaCLIP took over. */
  public static final List<String> NORMAL_STATES =
      List.of(
          "%s",
          "flawless %s",
          "perfect %s",
          "unblemished %s",
          "%s without flaw",
          "%s without defect",
          "%s without damage");

  private static final String GAP = "%s";

  public SentenceGrid {
    normal = List.copyOf(normal);
    abnormal = List.copyOf(abnormal);
  }

  /**
   * The mean of each side's features.
   *
   * @param features of {@link #all}, [...,sentences,E]
   * @return [...,2,E], normal first
   */
  public <T> T means(TensorOps<T> ops, T features) {
    return means(ops, features, normal.size());
  }

  /** {@link #means(TensorOps, Object)} where {@code first} sentences are normal ones. */
  public static <T> T means(TensorOps<T> ops, T features, int first) {
    int axis = ops.shape(features).length - 2;
    T normal = ops.slice(features, axis, 0, first);
    T abnormal = ops.slice(features, axis, first, ops.shape(features)[axis]);
    return ops.concat(axis, List.of(mean(ops, normal, axis), mean(ops, abnormal, axis)));
  }

  private static <T> T mean(TensorOps<T> ops, T rows, int axis) {
    long[] one = ops.shape(rows).clone();
    T mean = ops.scale(ops.sum(rows, axis), 1.0 / one[axis]);
    one[axis] = 1;
    if (axis > 0) {
      one[0] = -1;
    }
    return ops.reshape(mean, one);
  }

  /** Normal ones first. */
  public List<String> all() {
    List<String> both = new ArrayList<>(normal);
    both.addAll(abnormal);
    return both;
  }

  /**
   * The templates of the first state, then those of the second.
   *
   * @param states with %s for the word
   * @param templates with %s for a state
   */
  public static List<String> stateByState(
      List<String> states, List<String> templates, String word) {
    return states.stream()
        .map(s -> s.replace(GAP, word))
        .flatMap(state -> templates.stream().map(t -> t.replace(GAP, state)))
        .toList();
  }

  /** The states in the first template, then those in the second. */
  public static List<String> templateByTemplate(
      List<String> states, List<String> templates, String word) {
    return templates.stream()
        .flatMap(t -> states.stream().map(s -> t.replace(GAP, s.replace(GAP, word))))
        .toList();
  }
}
