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
 * @param width of the image tower; a multiple of 32, heads have so many
 * @param steps of one batch each
 * @param batch examples a step
 * @param lr peak learning rate, after a warm-up, before a cosine
 * @param shards parts of a batch, each computed by one thread; captions are told apart within one
 * @param checkpointEvery steps between checkpoints
 * @param views of each product: 1, or 2, of which the second mostly has a defect
 * @param comparison weight of the loss of comparing a pair ({@link ComparisonLoss}); 0 for none
 * @param compareBy how two views are compared
 * @param masked weight of the loss of hidden patches ({@link MaskedLoss}); 0 for none
 * @param crops weight of the loss of crops ({@link CropLoss}); 0 for none
 * @param even share of the surfaces from pictures that must look the same all over; 0 takes all
 *     pictures as they are
 * @param bodies share of the scenes that show bodies as medical imaging does
 */
public record PretrainSettings(
    @Setting(value = "Of weights, examples and captions", absent = "1") long seed,
    @Setting(
            value = "Side of the examples, pixels",
            absent = "224",
            min = 4 * StarterShape.PATCH,
            max = 1024)
        int imageSize,
    @Setting(value = "Width of the image tower", absent = "192", min = 64, max = 1024) int width,
    @Setting(value = "Steps of one batch each", absent = "6000", min = 1) int steps,
    @Setting(value = "Examples a step", absent = "16", min = 2) int batch,
    @Setting(value = "Peak learning rate", absent = "0.001", min = 0, above = true) double lr,
    @Setting(value = "Parts of a batch, a thread each", absent = "2", min = 1, max = 64) int shards,
    @Setting(value = "Steps between checkpoints", absent = "100", min = 1) int checkpointEvery,
    @Setting(
            value = "Views of each product: 1, or 2, one mostly with a defect",
            absent = "2",
            min = 1,
            max = 2)
        int views,
    @Setting(value = "Weight of comparing two views", absent = "1", min = 0) double comparison,
    @Setting(value = "How they are compared", absent = "subspace") CompareBy compareBy,
    @Setting(value = "Weight of telling hidden patches", absent = "0", min = 0) double masked,
    @Setting(value = "Weight of telling crops as within the whole", absent = "0", min = 0)
        double crops,
    @Setting(
            value = "Share of the pictured surfaces that must look the same all over",
            absent = "0",
            min = 0,
            max = 1)
        double even,
    @Setting(
            value = "Share of drawn bodies, as medical imaging shows them",
            absent = "0",
            min = 0,
            max = 1)
        double bodies) {
  public PretrainSettings {
    Schema.check(
        PretrainSettings.class,
        seed,
        imageSize,
        width,
        steps,
        batch,
        lr,
        shards,
        checkpointEvery,
        views,
        comparison,
        compareBy,
        masked,
        crops,
        even,
        bodies);
    if (comparison > 0 && views < 2) {
      throw new SettingException("comparison", comparison, "0 where there is but one view");
    }
    if (batch % (views * shards) != 0) {
      throw new SettingException(
          "batch", batch, "a multiple of %d: shards times views".formatted(views * shards));
    }
    if (width % StarterShape.HEAD != 0) {
      throw new SettingException("width", width, "a multiple of a head's " + StarterShape.HEAD);
    }
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
