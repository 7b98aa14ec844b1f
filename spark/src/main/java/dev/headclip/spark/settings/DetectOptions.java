package dev.headclip.spark.settings;

import dev.headclip.image.Tiling;
import java.io.Serializable;
import java.time.Duration;

/**
 * How the images of a data frame are looked at.
 *
 * @param pathColumn names images in results, and is read from where there is no content
 * @param contentColumn bytes of image files; need not be there
 * @param maps whether results carry the heat map, a 16-bit PNG of the network's size
 * @param features whether results carry the image's mean token, by which drift is seen
 * @param allPages whether each page of a TIFF is a row of its own, or only the first is
 * @param maxPixels larger images are rows with an error, by their header
 * @param maxSeconds images that take longer to decode are rows with an error
 * @param tiles what images are cut into: {@code none}, or as {@code headclip detect --tiles}
 */
public record DetectOptions(
    String pathColumn,
    String contentColumn,
    boolean maps,
    boolean features,
    boolean allPages,
    long maxPixels,
    double maxSeconds,
    String tiles)
    implements Serializable {
  public DetectOptions {
    if (pathColumn.isBlank() || contentColumn.isBlank()) {
      throw new IllegalArgumentException("a column without a name");
    }
    if (maxPixels < 1 || maxPixels > Integer.MAX_VALUE / 3) {
      throw new IllegalArgumentException(
          "maxPixels is %d, expected 1 to %d".formatted(maxPixels, Integer.MAX_VALUE / 3));
    }
    if (!(maxSeconds > 0 && maxSeconds < 1e9)) {
      throw new IllegalArgumentException(
          "maxSeconds is %s, expected more than 0".formatted(maxSeconds));
    }
    Tiling.of(tiles);
  }

  /** Columns as {@code binaryFile} gives them, no maps, all pages, 100 million pixels, 120 s. */
  public static DetectOptions defaults() {
    return new DetectOptions("path", "content", false, false, true, 100_000_000, 120, "none");
  }

  /** Of other columns. */
  public DetectOptions withColumns(String path, String content) {
    return new DetectOptions(path, content, maps, features, allPages, maxPixels, maxSeconds, tiles);
  }

  /** With or without heat maps. */
  public DetectOptions withMaps(boolean wanted) {
    return new DetectOptions(
        pathColumn, contentColumn, wanted, features, allPages, maxPixels, maxSeconds, tiles);
  }

  /** With or without the images' mean tokens. */
  public DetectOptions withFeatures(boolean wanted) {
    return new DetectOptions(
        pathColumn, contentColumn, maps, wanted, allPages, maxPixels, maxSeconds, tiles);
  }

  /** Of all pages of TIFFs, or the first. */
  public DetectOptions withAllPages(boolean wanted) {
    return new DetectOptions(
        pathColumn, contentColumn, maps, features, wanted, maxPixels, maxSeconds, tiles);
  }

  /** With another limit of an image's size. */
  public DetectOptions withMaxPixels(long pixels) {
    return new DetectOptions(
        pathColumn, contentColumn, maps, features, allPages, pixels, maxSeconds, tiles);
  }

  /** With another limit of the time of decoding. */
  public DetectOptions withMaxSeconds(double seconds) {
    return new DetectOptions(
        pathColumn, contentColumn, maps, features, allPages, maxPixels, seconds, tiles);
  }

  /** Cut into parts. */
  public DetectOptions withTiles(String parts) {
    return new DetectOptions(
        pathColumn, contentColumn, maps, features, allPages, maxPixels, maxSeconds, parts);
  }

  /** {@link #maxSeconds}. */
  public Duration maxTime() {
    return Duration.ofMillis(Math.max(1, (long) (maxSeconds * 1e3)));
  }
}
