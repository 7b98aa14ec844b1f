package dev.headclip.method.adaclip;

import dev.headclip.method.ClassName;
import dev.headclip.method.prompt.SentenceGrid;
import java.util.List;

/**
 * The sentences about a class (adaclip.py:151-160): states times four templates, state by state.
 */
final class AdaClipSentences {
  private static final List<String> ABNORMAL =
      List.of("damaged %s", "broken %s", "%s with flaw", "%s with defect", "%s with damage");

  private static final List<String> TEMPLATES =
      List.of(
          "a bad photo of a %s.",
          "a low resolution photo of the %s.",
          "a bad photo of the %s.",
          "a cropped photo of the %s.");

  /** How many of the sentences are normal ones, whatever the class. */
  static final int NORMAL = SentenceGrid.NORMAL_STATES.size() * TEMPLATES.size();

  private AdaClipSentences() {}

  /** Hyphens of a class's name become spaces; underscores stay. */
  static SentenceGrid of(ClassName name) {
    String word = name.text().replace('-', ' ');
    return new SentenceGrid(
        SentenceGrid.stateByState(SentenceGrid.NORMAL_STATES, TEMPLATES, word),
        SentenceGrid.stateByState(ABNORMAL, TEMPLATES, word));
  }
}
