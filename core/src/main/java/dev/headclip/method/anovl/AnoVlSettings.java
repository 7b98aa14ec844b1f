package dev.headclip.method.anovl;

import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.PositionResize;
import dev.headclip.method.InputSettings;
import dev.headclip.settings.Schema;
import dev.headclip.settings.Setting;

/**
 * AnoVL's settings (docs/spec/anovl.md).
 *
 * @param imageSize side S of the square network input, pixels
 * @param views what the network sees of an image
 * @param temperature of the softmax over cosines; the authors have none
 * @param adaptSteps steps of adaptation to each image; 0 for none
 * @param adaptTarget what is learned from it
 * @param optimizer whether the optimizer's moments go from image to image of a class
 * @param adaptRate AdamW's learning rate
 * @param adaptDecay AdamW's decay
 * @param noise deviation of the noise that makes abnormal tokens of normal ones
 * @param adaptMix share of the adapted in a token
 * @param adaptSeed of first values and noise
 * @param position how position embeddings are resized
 */
public record AnoVlSettings(
    @Setting(
            value = "Side of the network's input, pixels",
            min = 1,
            max = ClipConfig.LARGEST_IMAGE,
            shown = "the backbone's own")
        int imageSize,
    @Setting(
            value =
                "What is seen of an image: 22 views of it, squares along its longer side, or it",
            absent = "many")
        Seen views,
    @Setting(value = "Of the softmax over cosines", absent = "1.0", min = 1e-4, max = 1e4)
        double temperature,
    @Setting(
            value = "Steps of adaptation to each image; 0 for none",
            absent = "5",
            min = 0,
            max = 1000)
        int adaptSteps,
    @Setting(
            value = "What is learned from it: a mixture of the sentences, or a linear map",
            absent = "sentences")
        Target adaptTarget,
    @Setting(
            value =
                "AdamW's moments are carried over from image to image of a class, as in AnoVL's code, or reset",
            absent = "reset")
        Optimizer optimizer,
    @Setting(value = "AdamW's learning rate", absent = "0.001", min = 0, above = true)
        double adaptRate,
    @Setting(value = "AdamW's decay", absent = "0.01", min = 0) double adaptDecay,
    @Setting(value = "Deviation of the noise that stands for anomalies", absent = "0.055", min = 0)
        double noise,
    @Setting(value = "Share of the adapted in a token", absent = "0.5", min = 0, max = 1)
        double adaptMix,
    @Setting(value = "Of first values and noise", absent = "111") long adaptSeed,
    @Setting(value = "Resizing of position embeddings", absent = "bicubic_antialias")
        PositionResize position)
    implements InputSettings {
  /** What the network sees of an image. */
  public enum Seen {
    /** The square, turned, shifted, mirrored, grey: 22 for the score, the first for the map. */
    MANY,
    /** Squares side by side along the longer side. */
    TILES,
    /** The square alone. */
    ONE
  }

  /** What is learned from an image. */
  public enum Target {
    /** Weights of all sentences (TextAdapter, model.py:6-94). */
    SENTENCES,
    /** A linear map of tokens (Adapter, model.py:97-141). */
    TOKENS
  }

  /** What becomes of the optimizer between images. */
  public enum Optimizer {
    /** Its moments and step count stay while a class lasts (vl_test.py:189). */
    CARRIED,
    /** Every image starts anew: its result depends on no other. */
    RESET
  }

  public AnoVlSettings {
    Schema.check(
        AnoVlSettings.class,
        imageSize,
        views,
        temperature,
        adaptSteps,
        adaptTarget,
        optimizer,
        adaptRate,
        adaptDecay,
        noise,
        adaptMix,
        adaptSeed,
        position);
  }
}
