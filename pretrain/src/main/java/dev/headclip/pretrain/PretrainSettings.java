package dev.headclip.pretrain;

import dev.headclip.settings.Schema;
import dev.headclip.settings.Setting;
import dev.headclip.settings.SettingException;
import java.util.Map;

/**
 * How the starter is pretrained.
 *
 * @param seed of weights, examples and captions
 * @param imageSize side of the examples, pixels; a multiple of the patch's
 * @param steps of one batch each
 * @param batch examples a step
 * @param lr peak learning rate, after a warm-up, before a cosine
 * @param checkpointEvery steps between checkpoints
 */
public record PretrainSettings(
    @Setting(value = "Of weights, examples and captions", absent = "1") long seed,
    @Setting(
            value = "Side of the examples, pixels",
            absent = "224",
            min = 4 * StarterShape.PATCH,
            max = 1024)
        int imageSize,
    @Setting(value = "Steps of one batch each", absent = "6000", min = 1) int steps,
    @Setting(value = "Examples a step", absent = "16", min = 2) int batch,
    @Setting(value = "Peak learning rate", absent = "0.001", min = 0, above = true) double lr,
    @Setting(value = "Steps between checkpoints", absent = "100", min = 1) int checkpointEvery) {
  public PretrainSettings {
    Schema.check(PretrainSettings.class, seed, imageSize, steps, batch, lr, checkpointEvery);
    if (imageSize % StarterShape.PATCH != 0) {
      throw new SettingException(
          "image_size", imageSize, "a multiple of the patch's " + StarterShape.PATCH);
    }
  }

  /** The defaults but for some, by key; values may be text. */
  public static PretrainSettings of(Map<String, ?> others) {
    Schema<PretrainSettings> schema = Schema.of(PretrainSettings.class);
    return schema.changed(schema.defaults(), others);
  }
}
