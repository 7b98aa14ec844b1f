package dev.headclip.method;

import dev.headclip.settings.Schema;
import dev.headclip.settings.Setting;
import java.util.Map;

/**
 * How a method's numbers are learned; the defaults are AnomalyCLIP's (train.py:44, 130-136), which
 * HeadCLIP's paper builds on (docs/spec/headclip.md section 4.8).
 *
 * @param epochs passes over the data
 * @param batch images a step
 * @param lr Adam's learning rate
 * @param beta1 Adam's decay of the first moment
 * @param beta2 Adam's decay of the second moment
 * @param weightDecay decoupled decay (AdamW), times the rate; 0 for none
 * @param seed of first values and order
 * @param featurePrecision of what the frozen tower gives
 * @param mosaic share of images that are replaced by four of their class, two by two
 * @param mosaicOf whose images
 * @param selectBy the figure of a second data set that chooses an epoch
 */
public record TrainSettings(
    @Setting(value = "Passes over the data", absent = "15", min = 1) int epochs,
    @Setting(value = "Images a step", absent = "8", min = 1) int batch,
    @Setting(value = "Adam's learning rate", absent = "0.001", min = 0, above = true, max = 1)
        double lr,
    @Setting(value = "Adam's decay of the first moment", absent = "0.5", min = 0, max = 0.999999)
        double beta1,
    @Setting(value = "Adam's decay of the second moment", absent = "0.999", min = 0, max = 0.999999)
        double beta2,
    @Setting(value = "Decoupled weight decay (AdamW)", absent = "0.0", min = 0) double weightDecay,
    @Setting(value = "Of first values and order", absent = "111") long seed,
    @Setting(
            value = "Of what the frozen tower gives; fp16 halves the cache, losses agree to 1e-4",
            absent = "fp32")
        FeaturePrecision featurePrecision,
    @Setting(
            value = "Share of images replaced by four of their class, two by two",
            absent = "0.0",
            min = 0,
            max = 1)
        double mosaic,
    @Setting(
            value = "Whose images: those of MVTec AD's classes, as in AdaCLIP's code, or all",
            absent = "mvtec")
        MosaicOf mosaicOf,
    @Setting(
            value =
                "The figure of --validate that --select best compares; mad: of image and pixels",
            absent = "mad")
        SelectBy selectBy) {
  /** How the frozen part is kept. */
  public enum FeaturePrecision {
    FP32,
    FP16
  }

  /** Whose images are put together. */
  public enum MosaicOf {
    MVTEC,
    ALL
  }

  /** What chooses an epoch: the mean of both mAD, or one figure of one level. */
  public enum SelectBy {
    MAD,
    IMAGE_AUROC,
    IMAGE_AP,
    IMAGE_F1MAX,
    PIXEL_AUROC,
    PIXEL_AUPRO,
    PIXEL_AP,
    PIXEL_F1MAX
  }

  public TrainSettings {
    Schema.check(
        TrainSettings.class,
        epochs,
        batch,
        lr,
        beta1,
        beta2,
        weightDecay,
        seed,
        featurePrecision,
        mosaic,
        mosaicOf,
        selectBy);
  }

  public static TrainSettings defaults() {
    return Schema.of(TrainSettings.class).defaults();
  }

  /** The defaults but for some, by key. */
  public static TrainSettings of(Map<String, ?> others) {
    return Schema.of(TrainSettings.class).changed(defaults(), others);
  }

  /** Whether the frozen part is rounded to half precision. */
  public boolean half() {
    return featurePrecision == FeaturePrecision.FP16;
  }
}
