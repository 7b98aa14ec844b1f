package dev.headclip.clip;

import java.util.List;
import java.util.Objects;

/**
 * Learned tokens in the early text layers (spec/headclip.md section 4.6).
 *
 * @param tensors one [tokens,width] per layer, from layer {@code start} on
 * @param start the first layer that gets one, counted from 1
 * @param mode where they go
 * @param <T> the implementation's tensor
 */
public record DeepTokens<T>(List<T> tensors, int start, Mode mode) {
  /** How the tokens enter the sequence. */
  public enum Mode {
    /** They overwrite positions 1.. before their layer (AnomalyCLIP.py:237-251). */
    OVERWRITE,
    /** The first are inserted after position 0, later ones overwrite these. */
    INSERT
  }

  public DeepTokens {
    tensors = List.copyOf(tensors);
    Objects.requireNonNull(mode, "mode");
    if (start < 1) {
      throw new IllegalArgumentException("deep start %d, expected at least 1".formatted(start));
    }
  }

  /** No deep tokens. */
  public static <T> DeepTokens<T> none() {
    return new DeepTokens<>(List.of(), 1, Mode.OVERWRITE);
  }
}
