package dev.headclip.method.prompt;

import java.util.ArrayList;
import java.util.List;

/**
 * The sentences about a class: every state of it in every template.
 *
 * @param normal of the class in order
 * @param abnormal of the damaged class
 */
public record SentenceGrid(List<String> normal, List<String> abnormal) {
  private static final String GAP = "%s";

  public SentenceGrid {
    normal = List.copyOf(normal);
    abnormal = List.copyOf(abnormal);
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
