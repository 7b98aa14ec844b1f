package dev.headclip.detect;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.map.Region;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A result as the JSON object that every caller gives: {@code image, score, global_score,
 * local_score, raw_score (against references), anomalous, threshold, map_threshold (where it is
 * another), width, height, page, pages or frames (of files with several pictures), regions (box,
 * area, peak), map, overlay, model, ms}, or {@code image, error}.
 */
public final class DetectionJson {
  private DetectionJson() {}

  /**
   * An image that was scored.
   *
   * @param image its name
   * @param model the model's name
   * @param map a file that the map was written to
   * @param overlay a picture that was drawn
   */
  public static ObjectNode of(
      String image, Detection d, String model, Optional<Path> map, Optional<Path> overlay) {
    ObjectNode o = JsonNodeFactory.instance.objectNode();
    o.put("image", image);
    o.put("score", rounded(d.score()));
    o.put("global_score", rounded(d.globalScore()));
    o.put("local_score", rounded(d.localScore()));
    d.raw().ifPresent(raw -> o.put("raw_score", raw.score()));
    o.put("anomalous", d.anomalous()).put("threshold", d.threshold());
    if (d.mapThreshold() != d.threshold()) {
      o.put("map_threshold", d.mapThreshold());
    }
    o.put("width", d.width()).put("height", d.height());
    if (d.page().count() > 1) {
      o.put("page", d.page().number());
      o.put(d.page().animation() ? "frames" : "pages", d.page().count());
    }
    o.putArray("regions");
    for (Region r : d.regions()) {
      ObjectNode region = o.withArray("regions").addObject();
      region.putArray("box").add(r.x()).add(r.y()).add(r.width()).add(r.height());
      region.put("area", rounded(r.area())).put("peak", rounded(r.peak()));
      region.put("score", rounded(r.score()));
      region.putArray("centroid").add(tenths(r.centroidX())).add(tenths(r.centroidY()));
    }
    map.ifPresent(p -> o.put("map", p.toString()));
    overlay.ifPresent(p -> o.put("overlay", p.toString()));
    return o.put("model", model).put("ms", tenths(d.milliseconds()));
  }

  /** An image that could not be; {@code error}: one line. */
  public static ObjectNode failed(String image, String error) {
    return JsonNodeFactory.instance.objectNode().put("image", image).put("error", error);
  }

  /** Six decimals: more than a float32 score holds. */
  public static double rounded(double v) {
    return Math.round(v * 1e6) / 1e6;
  }

  /** One decimal. */
  public static double tenths(double v) {
    return Math.round(v * 10) / 10.0;
  }
}
