package dev.headclip.server.internal.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headclip.HeadClipException;
import dev.headclip.detect.RegionSource;
import dev.headclip.image.ImageLoader;
import dev.headclip.image.RegionOfInterest;
import dev.headclip.server.internal.http.ImageStore;
import dev.headclip.server.internal.http.Problem;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;

/** Which pixels count, as requests say it: a picture, or polygons that are ignored. */
final class Regions {
  /** An edge is none of single pixels of a large picture. */
  private static final int LONGEST = 2048;

  private static final int MOST_POINTS = 100_000;
  private static final int LARGEST = 65_535;

  private Regions() {}

  /** Of an uploaded mask. */
  static RegionSource of(ImageStore.Stored mask, boolean ignored, ImageLoader loader) {
    try {
      return RegionSource.of(RegionOfInterest.of(loader.load(mask.file()), ignored));
    } catch (HeadClipException e) {
      throw new Problem(
          Problem.Kind.UNREADABLE_IMAGE, "%s: %s".formatted(mask.name(), e.getMessage()), e);
    }
  }

  /**
   * Of {@code {"width", "height", "polygons": [[[x, y], ...], ...]}}, in pixels of an image of that
   * size: what is inside is ignored, in all images of its shape.
   */
  static RegionSource of(JsonNode json) {
    if (json.isMissingNode() || json.isNull()) {
      return RegionSource.all();
    }
    int width = side(json, "width");
    int height = side(json, "height");
    double scale = Math.min(1, (double) LONGEST / Math.max(width, height));
    int w = (int) Math.max(1, Math.round(width * scale));
    int h = (int) Math.max(1, Math.round(height * scale));
    BufferedImage drawn = new BufferedImage(w, h, BufferedImage.TYPE_BYTE_GRAY);
    Graphics2D g = drawn.createGraphics();
    g.setColor(Color.WHITE);
    g.scale((double) w / width, (double) h / height);
    boolean any = false;
    int points = 0;
    for (JsonNode polygon : json.path("polygons")) {
      points += polygon.size();
      if (points > MOST_POINTS) {
        throw Problem.invalid("ignore: more than %d points".formatted(MOST_POINTS));
      }
      g.fill(path(polygon));
      any = true;
    }
    g.dispose();
    if (!any) {
      return RegionSource.all();
    }
    byte[] grey = ((DataBufferByte) drawn.getRaster().getDataBuffer()).getData();
    byte[] counts = new byte[grey.length];
    int counted = 0;
    for (int i = 0; i < counts.length; i++) {
      counts[i] = (byte) (grey[i] == 0 ? 1 : 0);
      counted += counts[i];
    }
    if (counted == 0) {
      throw Problem.invalid("ignore: nothing of the image is left to look at");
    }
    return RegionSource.of(new RegionOfInterest(w, h, counts));
  }

  private static int side(JsonNode json, String name) {
    int v = json.path(name).asInt();
    if (v < 1 || v > LARGEST) {
      throw Problem.invalid(
          "ignore: %s %s, expected that of the image, 1 to %d"
              .formatted(name, json.path(name), LARGEST));
    }
    return v;
  }

  private static Path2D path(JsonNode polygon) {
    if (!polygon.isArray() || polygon.size() < 3) {
      throw Problem.invalid("ignore: a polygon of less than three points");
    }
    Path2D p = new Path2D.Double();
    boolean first = true;
    for (JsonNode point : polygon) {
      if (point.size() != 2 || !point.get(0).isNumber() || !point.get(1).isNumber()) {
        throw Problem.invalid("ignore: a point %s, expected [x, y]".formatted(point));
      }
      double x = Math.max(-LARGEST, Math.min(LARGEST, point.get(0).asDouble()));
      double y = Math.max(-LARGEST, Math.min(LARGEST, point.get(1).asDouble()));
      if (first) {
        p.moveTo(x, y);
      } else {
        p.lineTo(x, y);
      }
      first = false;
    }
    p.closePath();
    return p;
  }
}
