package dev.headclip.method;

import dev.headclip.tokenizer.ClipTokenizer;
import java.util.List;

/** The sentences whose first words are learned (AnomalyCLIP's prompt_ensemble.py:103-109). */
public final class PromptText {
  private PromptText() {}

  /** {@code X X X X X X X X X X X X object.} */
  static String of(String template, int length) {
    return "X ".repeat(length) + template + ".";
  }

  /** Ids of both prompts, normal first. */
  public static PromptIds ids(ClipTokenizer tokenizer, HeadClipSettings settings) {
    int length = settings.prompts().length();
    List<String> texts =
        List.of(
            of(settings.templates().normal(), length), of(settings.templates().abnormal(), length));
    return PromptIds.of(tokenizer.encode(texts, false), tokenizer.endId());
  }
}
