package dev.headclip.method;

import dev.headclip.clip.DeepTokens;
import java.util.Objects;

/**
 * How the learned tokens enter the text tower (spec/headclip.md section 4.6).
 *
 * @param length learned words in front of a template
 * @param deepStart first text layer with learned tokens of its own, counted from 1
 * @param deepMode whether they overwrite positions or are inserted
 * @param halfRound whether they pass through half precision, as in AnomalyCLIP.py:246
 */
public record PromptSettings(
    int length, int deepStart, DeepTokens.Mode deepMode, boolean halfRound) {
  private static final int LONGEST = 64;

  public PromptSettings {
    Objects.requireNonNull(deepMode, "deepMode");
    if (length < 1 || length > LONGEST) {
      throw new IllegalArgumentException(
          "--prompt-length is %d, expected 1 to %d".formatted(length, LONGEST));
    }
    if (deepStart < 1) {
      throw new IllegalArgumentException(
          "deep.start is %d, expected at least 1".formatted(deepStart));
    }
  }

  /** The recommended reading: 12 words; tensor i overwrites positions 1..4 before layer i+2. */
  public static PromptSettings defaults() {
    return new PromptSettings(12, 2, DeepTokens.Mode.OVERWRITE, false);
  }

  /** Deep tensors for a text tower of {@code layers}: 8 of 12, and in proportion. */
  public static int defaultDeepTensors(int layers) {
    return Math.min(layers - 1, layers * 2 / 3);
  }
}
