package dev.headclip.method.prompt;

import dev.headclip.settings.Schema;
import dev.headclip.settings.Setting;

/**
 * Learned tokens in the early text layers (docs/spec/headclip.md section 4.6).
 *
 * @param start first text layer with learned tokens of its own, counted from 1
 * @param mode whether they overwrite positions or are inserted
 * @param halfRound whether they pass through half precision, as in AnomalyCLIP.py:246
 * @param length learned tokens in each such layer
 * @param layers how many of the first text layers have learned tokens, those before {@code start}
 *     counted, though their tokens are the prompt's own
 */
public record DeepSettings(
    @Setting(value = "First text layer with learned tokens of its own", absent = "2", min = 1)
        int start,
    @Setting(value = "How these enter the sequence", absent = "overwrite") Mode mode,
    @Setting(
            value = "They pass through half precision, as in AnomalyCLIP's code",
            absent = "false",
            aliases = "half_round_prompts")
        boolean halfRound,
    @Setting(value = "Learned tokens in each deep text layer", absent = "4", min = 1, max = 64)
        int length,
    @Setting(
            value = "How many of the first text layers have them",
            min = 0,
            max = 1000,
            shown = "9 of 12, in proportion elsewhere")
        int layers) {
  /** How the tokens enter the sequence. */
  public enum Mode {
    /** They overwrite positions 1.. before their layer (AnomalyCLIP.py:237-251). */
    OVERWRITE,
    /** The first are inserted after position 0, later ones overwrite these. */
    INSERT
  }

  public DeepSettings {
    Schema.check(DeepSettings.class, start, mode, halfRound, length, layers);
  }

  /** Number of tensors: tensor i goes to layer start + i. */
  public int tensors() {
    return Math.max(0, layers - start + 1);
  }

  /** The layers with learned tokens in a text tower of {@code layers}: 9 of 12. */
  static int defaultLayers(int layers) {
    return Math.min(layers - 1, layers * 2 / 3) + 1;
  }
}
