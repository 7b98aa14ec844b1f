package dev.headclip.method;

import dev.headclip.settings.Schema;
import dev.headclip.settings.Setting;
import java.util.Map;
import java.util.Optional;

/**
 * What turns a network's numbers into scores, map and verdict: nothing of it is learned, and all of
 * it may be changed afterwards.
 *
 * @param sigma of the Gaussian over the map, in network pixels; 0 for none (Eq. 12)
 * @param smoothAt the map that the Gaussian is over: the network's, or the image's own size
 * @param topFraction share of the map's pixels in the local score (Eq. 7's set K)
 * @param topCount number of pixels instead of a share
 * @param topMap the map that they are of
 * @param lambda weight of the local score: S = (1-lambda) global + lambda local (Eq. 8)
 * @param threshold score from which an image is anomalous
 * @param mapThreshold map value from which a region begins; empty for the threshold
 */
public record ScoreSettings(
    @Setting(
            value = "Of the Gaussian over the map, network pixels",
            absent = "4.0",
            min = 0,
            max = 100)
        double sigma,
    @Setting(
            value = "The Gaussian comes before or after the map is brought to the image's own size",
            absent = "network")
        SmoothAt smoothAt,
    @Setting(
            value = "Share of the map's pixels in the local score",
            absent = "0.03",
            min = 0,
            above = true,
            max = 1)
        double topFraction,
    @Setting(value = "Number of pixels instead of a share", min = 1) Optional<Integer> topCount,
    @Setting(
            value = "The map that they are of: before or after the Gaussian",
            absent = "smoothed",
            aliases = "top_raw=raw")
        TopMap topMap,
    @Setting(value = "Weight of the local score in the joint one", absent = "0.5", min = 0, max = 1)
        double lambda,
    @Setting(value = "Score from which an image is anomalous", absent = "0.5", min = 0, max = 1)
        double threshold,
    @Setting(
            value = "Map value from which a region is outlined",
            shown = "the threshold",
            min = 0,
            max = 1)
        Optional<Double> mapThreshold) {
  /** Which map the highest pixels are of. */
  public enum TopMap {
    /** After the Gaussian. */
    SMOOTHED,
    /** Before it. */
    RAW
  }

  /** Readings of Eq. 12's "original image resolution" (docs/spec/headclip.md section 2). */
  public enum SmoothAt {
    /** At the network's input size, as AnomalyCLIP does. */
    NETWORK,
    /** After resizing to the image's own size. */
    SOURCE
  }

  public ScoreSettings {
    Schema.check(
        ScoreSettings.class,
        sigma,
        smoothAt,
        topFraction,
        topCount,
        topMap,
        lambda,
        threshold,
        mapThreshold);
  }

  /** The recommended reading of the paper. */
  public static ScoreSettings defaults() {
    return Schema.of(ScoreSettings.class).defaults();
  }

  /** The defaults but for some, by key. */
  public static ScoreSettings of(Map<String, ?> others) {
    return Schema.of(ScoreSettings.class).changed(defaults(), others);
  }

  /** The same for where images' own sizes are not known. */
  public ScoreSettings atNetwork() {
    return Schema.of(ScoreSettings.class).changed(this, Map.of("smooth_at", SmoothAt.NETWORK));
  }

  /** The size of K in a map of {@code pixels} pixels: at least 1, at most all. */
  public int top(int pixels) {
    return topCount
        .map(n -> Math.min(n, pixels))
        .orElseGet(() -> Math.max(1, (int) (pixels * topFraction)));
  }
}
