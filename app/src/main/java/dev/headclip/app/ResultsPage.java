package dev.headclip.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.detect.Detection;
import dev.headclip.detect.DetectionJson;
import dev.headclip.image.ImageWriter;
import dev.headclip.image.Overlay;
import dev.headclip.image.PillowResize;
import dev.headclip.image.RgbImage;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.internal.report.Html;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/**
 * One offline page of results: a sheet of small pictures beside their maps, a histogram with a
 * threshold to move, filters, a table to save. Thread-safe.
 */
final class ResultsPage {
  /** Further images are listed without pictures: the page stays one that a browser opens. */
  private static final int PICTURES = 2000;

  private static final int SIDE = 224;

  private final TreeMap<String, ObjectNode> entries = new TreeMap<>();
  private double threshold = 0.5;
  private int pictures;

  /** An image that was scored. */
  void add(String name, Detection d, RgbImage image) {
    ObjectNode o = JsonNodeFactory.instance.objectNode().put("n", name);
    o.put("s", DetectionJson.rounded(d.score())).put("r", d.regions().size());
    if (takesPicture()) {
      RgbImage small = PillowResize.BILINEAR.within(image, SIDE);
      RgbImage over =
          Overlay.draw(
              small, d.map().resize(small.width(), small.height()), d.outlinedAt(), d.region());
      o.put("i", base64(small)).put("o", base64(over));
    }
    synchronized (this) {
      threshold = d.threshold();
      entries.put(name, o);
    }
  }

  private synchronized boolean takesPicture() {
    return pictures++ < PICTURES;
  }

  private static String base64(RgbImage image) {
    return Base64.getEncoder().encodeToString(ImageWriter.jpeg(image));
  }

  /** An image that could not be. */
  synchronized void failed(String name, String error) {
    entries.put(name, JsonNodeFactory.instance.objectNode().put("n", name).put("e", error));
  }

  /**
   * Writes the page.
   *
   * @param facts of the run
   */
  synchronized void write(Path to, Map<String, ?> facts) {
    StringBuilder data = new StringBuilder("[");
    entries
        .values()
        .forEach(e -> data.append(data.length() > 1 ? "," : "").append(Html.script(e.toString())));
    // the data come last: a name may be called like the other place
    String results =
        Html.part("results.html")
            .replace("@THRESHOLD@", String.valueOf(threshold))
            .replace("@DATA@", data + "]");
    AtomicFiles.writeText(to, Html.page("HeadCLIP results", Html.facts(facts) + results));
  }
}
