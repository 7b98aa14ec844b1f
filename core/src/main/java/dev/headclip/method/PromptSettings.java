package dev.headclip.method;

import dev.headclip.clip.DeepTokens;
import java.util.Objects;

/**
 * How the learned tokens enter the text tower (spec/headclip.md section 4.6).
 *
 * @param deepStart first text layer with learned tokens of its own, counted from 1
 * @param deepMode whether they overwrite positions or are inserted
 * @param halfRound whether they pass through half precision, as in AnomalyCLIP.py:246
 */
public record PromptSettings(int deepStart, DeepTokens.Mode deepMode, boolean halfRound) {
  /** Learned words in front of a template. */
  public static final int LENGTH = 12;

  /** Learned tokens per deep layer. */
  public static final int DEEP_LENGTH = 4;

  public PromptSettings {
    Objects.requireNonNull(deepMode, "deepMode");
    if (deepStart < 1) {
      throw new IllegalArgumentException(
          "deep.start is %d, expected at least 1".formatted(deepStart));
    }
  }

  /** The recommended reading: tensor i overwrites positions 1..4 before layer i+2. */
  public static PromptSettings defaults() {
    return new PromptSettings(2, DeepTokens.Mode.OVERWRITE, false);
  }

  /** Deep tensors for a text tower of {@code layers}: 8 of 12, and in proportion. */
  public static int defaultDeepTensors(int layers) {
    return Math.min(layers - 1, layers * 2 / 3);
  }
}
