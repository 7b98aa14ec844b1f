package dev.headclip.method.anovl;

import dev.headclip.method.ClassName;
import dev.headclip.method.prompt.SentenceGrid;
import java.util.List;
import java.util.Map;

/**
 * The sentences about a class: three families of 22 templates, in each seven states
 * (prompt_ensemble.py:10-79, 196-231).
 */
final class AnoVlSentences {
  private static final List<String> NORMAL =
      List.of(
          "normal %s",
          "flawless %s",
          "perfect %s",
          "unblemished %s",
          "%s without flaw",
          "%s without defect",
          "%s without damage");

  private static final List<String> ABNORMAL =
      List.of(
          "damaged %s",
          "abnormal %s",
          "imperfect %s",
          "blemished %s",
          "%s with flaw",
          "%s with defect",
          "%s with damage");

  /** {0}: what kind of picture; {1}: the same with its article. */
  private static final List<String> FAMILY =
      List.of(
          "a cropped {0} of the %s",
          "a cropped {0} of a %s",
          "a close-up {0} of a %s",
          "a close-up {0} of the %s",
          "a bright {0} of a %s",
          "a bright {0} of the %s",
          "a dark {0} of the %s",
          "a dark {0} of a %s",
          "a jpeg corrupted {0} of a %s",
          "a jpeg corrupted {0} of the %s",
          "a blurry {0} of the %s",
          "a blurry {0} of a %s",
          "{1} of a %s",
          "{1} of the %s",
          "{1} of a small %s",
          "{1} of the small %s",
          "{1} of a large %s",
          "{1} of the large %s",
          "{1} of the %s for visual inspection",
          "{1} of a %s for visual inspection",
          "{1} of the %s for anomaly detection",
          "{1} of a %s for anomaly detection");

  private static final List<String> OBJECTS =
      List.of("an industrial photo", "an industrial image", "a manufacturing image");

  private static final List<String> TEXTURES =
      List.of("an industrial photo", "a textural photo", "a surface picture");

  /** MVTec's textures; every other class is an object. */
  private static final List<String> SURFACES = List.of("carpet", "leather", "grid", "tile", "wood");

  private static final Map<String, String> WORDS =
      Map.of("macaroni1", "macaroni", "macaroni2", "macaroni");

  private AnoVlSentences() {}

  static SentenceGrid of(ClassName name) {
    String word = WORDS.getOrDefault(name.text(), name.text());
    List<String> templates =
        (SURFACES.contains(name.text()) ? TEXTURES : OBJECTS)
            .stream().flatMap(kind -> FAMILY.stream().map(t -> filled(t, kind))).toList();
    return new SentenceGrid(
        SentenceGrid.templateByTemplate(NORMAL, templates, word),
        SentenceGrid.templateByTemplate(ABNORMAL, templates, word));
  }

  private static String filled(String template, String kind) {
    String bare = kind.substring(kind.indexOf(' ') + 1);
    return template.replace("{0}", bare).replace("{1}", kind);
  }
}
