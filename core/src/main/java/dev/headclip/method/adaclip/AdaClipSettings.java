package dev.headclip.method.adaclip;

import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.PositionResize;
import dev.headclip.method.InputSettings;
import dev.headclip.settings.Schema;
import dev.headclip.settings.Setting;
import java.util.List;

/**
 * AdaCLIP's settings (docs/spec/adaclip.md).
 *
 * @param imageSize side S of the square network input, pixels
 * @param outputLayers layers with a projection of their own, whose logits make the map
 * @param promptLength prompt tokens in each tower's layers
 * @param promptDepth layers that get them: the first ones
 * @param halfRound whether prompts pass through half precision (adaclip.py:87, :118)
 * @param activation of both towers
 * @param temperature 1 / 100, by which cosines are divided
 * @param hsfClusters clusters of the semantic fusion; 0 for the class token alone
 * @param hsfAlpha share of the clusters' feature in the image's
 * @param hsfSeed of the k-means
 * @param position how position embeddings are resized
 * @param dice what a sample is to the dice loss
 */
public record AdaClipSettings(
    @Setting(
            value = "Side of the network's input, pixels",
            min = 1,
            max = ClipConfig.LARGEST_IMAGE,
            shown = "518, or the backbone's own")
        int imageSize,
    @Setting(
            value = "Layers whose features make the map",
            min = 1,
            shown = "6,12,18,24 of 24, in proportion elsewhere")
        List<Integer> outputLayers,
    @Setting(value = "Prompt tokens in a layer", absent = "5", min = 1, max = 64) int promptLength,
    @Setting(value = "Layers that get them: the first ones", absent = "4", min = 1, max = 1000)
        int promptDepth,
    @Setting(value = "Prompts pass through half precision, as in AdaCLIP's code", absent = "true")
        boolean halfRound,
    @Setting(
            value =
                "Of both towers: exact GELU as in AdaCLIP's code, or what the backbone asks for",
            absent = "gelu")
        Towers activation,
    @Setting(value = "Of every softmax over cosines", absent = "0.01", min = 1e-4, max = 1e4)
        double temperature,
    @Setting(
            value = "Clusters of the hybrid semantic fusion; 0: the class token alone",
            absent = "20",
            min = 0,
            max = 1000)
        int hsfClusters,
    @Setting(
            value = "Share of the clusters' feature in the image's",
            absent = "0.2",
            min = 0,
            max = 1)
        double hsfAlpha,
    @Setting(value = "Of the k-means", absent = "111") long hsfSeed,
    @Setting(value = "Resizing of position embeddings", absent = "bicubic") PositionResize position,
    @Setting(
            value = "A sample of the dice loss: a row of pixels as in AdaCLIP's code, or an image",
            absent = "rows")
        Dice dice)
    implements InputSettings {
  /** The activation that the towers are run with. */
  public enum Towers {
    /** Exact GELU, whatever the weights were trained with (custom_clip.py:652). */
    GELU,
    /** The backbone's own. */
    BACKBONE
  }

  /** Readings of the dice loss at batch 1. */
  public enum Dice {
    /** Each row of pixels by itself: what {@code gt.squeeze()} leads to (trainer.py:103-141). */
    ROWS,
    /** The image, as intended. */
    IMAGE
  }

  public AdaClipSettings {
    Schema.check(
        AdaClipSettings.class,
        imageSize,
        outputLayers,
        promptLength,
        promptDepth,
        halfRound,
        activation,
        temperature,
        hsfClusters,
        hsfAlpha,
        hsfSeed,
        position,
        dice);
    outputLayers = List.copyOf(outputLayers);
  }
}
