package dev.headclip.image;

import dev.headclip.map.AnomalyMap;
import java.util.Optional;

/**
 * An image with its heat map laid over it, and the outline of what reaches the threshold. Below it
 * the image shows as it is.
 */
public final class Overlay {
  /** Bright cyan: no colour of the map comes near it. */
  private static final int[] OUTLINE = {0, 255, 255};

  /** Share of what lies above the threshold within which colours fade in below it. */
  private static final float FADE = 0.15f;

  /** Of the brightness of what does not count. */
  private static final double DARKENED = 0.4;

  private Overlay() {}

  /**
   * @param map of the image's size; its values set colour and opacity, unscaled, so that pictures
   *     compare
   */
  public static RgbImage draw(RgbImage image, AnomalyMap map, double threshold) {
    return draw(image, map, threshold, Optional.empty());
  }

  /**
   * The same, what does not count darkened.
   *
   * @param region which pixels count, of any size
   */
  public static RgbImage draw(
      RgbImage image, AnomalyMap map, double threshold, Optional<RegionOfInterest> region) {
    RgbImage out = coloured(image, map, threshold);
    region
        .map(r -> r.resized(image.width(), image.height()))
        .ifPresent(
            r -> {
              for (int i = 0; i < out.rgb().length; i++) {
                if (r.counts()[i / 3] == 0) {
                  out.rgb()[i] = (byte) ((image.rgb()[i] & 0xff) * DARKENED);
                }
              }
            });
    return out;
  }

  private static RgbImage coloured(RgbImage image, AnomalyMap map, double threshold) {
    int w = image.width();
    int h = image.height();
    RgbImage out = RgbImage.blank(w, h);
    for (int i = 0; i < w * h; i++) {
      float v = Math.min(Math.max(map.values()[i], 0), 1);
      // colours begin at the threshold, and a little below it they fade in
      float above = (float) ((v - threshold) / Math.max(1 - threshold, 1e-6));
      float fade = Math.min(Math.max(1 + above / FADE, 0), 1);
      float cover = fade * (0.35f + 0.3f * Math.max(above, 0));
      float colour = 0.45f + 0.55f * Math.max(above, 0);
      for (int c = 0; c < 3; c++) {
        float under = image.rgb()[3 * i + c] & 0xff;
        out.rgb()[3 * i + c] = (byte) Math.round(under + (ColorMap.of(colour, c) - under) * cover);
      }
    }
    int thick = Math.max(1, Math.min(w, h) / 400);
    for (int y = 0; y < h; y++) {
      for (int x = 0; x < w; x++) {
        if (map.at(x, y) >= threshold && onEdge(map, x, y, thick, threshold)) {
          for (int c = 0; c < 3; c++) {
            out.rgb()[3 * (y * w + x) + c] = (byte) OUTLINE[c];
          }
        }
      }
    }
    return out;
  }

  /** The map alone, its lowest value black and its highest pale yellow. */
  public static RgbImage heat(AnomalyMap map) {
    RgbImage out = RgbImage.blank(map.width(), map.height());
    float low = map.values()[0];
    for (float v : map.values()) {
      low = Math.min(low, v);
    }
    float range = Math.max(map.max() - low, 1e-9f);
    for (int i = 0; i < map.values().length; i++) {
      for (int c = 0; c < 3; c++) {
        out.rgb()[3 * i + c] = (byte) ColorMap.of((map.values()[i] - low) / range, c);
      }
    }
    return out;
  }

  private static boolean onEdge(AnomalyMap map, int x, int y, int reach, double threshold) {
    return x >= reach && map.at(x - reach, y) < threshold
        || y >= reach && map.at(x, y - reach) < threshold
        || x + reach < map.width() && map.at(x + reach, y) < threshold
        || y + reach < map.height() && map.at(x, y + reach) < threshold;
  }
}
