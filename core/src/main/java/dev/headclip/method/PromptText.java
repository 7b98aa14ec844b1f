package dev.headclip.method;

import dev.headclip.tokenizer.ClipTokenizer;
import java.util.List;

/** The sentences whose first words are learned (AnomalyCLIP's prompt_ensemble.py:103-109). */
public final class PromptText {
  private PromptText() {}

  /** {@code X X X X X X X X X X X X object.} */
  static String of(String template) {
    return "X ".repeat(PromptSettings.LENGTH) + template + ".";
  }

  /** Ids of both prompts, normal first. */
  public static PromptIds ids(ClipTokenizer tokenizer, Templates templates) {
    List<String> texts = List.of(of(templates.normal()), of(templates.abnormal()));
    return PromptIds.of(tokenizer.encode(texts, false), tokenizer.endId());
  }
}
