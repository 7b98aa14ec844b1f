package dev.headclip.results;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.Version;
import dev.headclip.detect.Detection;
import dev.headclip.detect.DetectionJson;
import dev.headclip.map.AnomalyMap;
import dev.headclip.map.RegionMasks;
import java.util.TreeMap;

/**
 * Results in COCO's form: images, and an annotation of category "anomaly" for each region with its
 * pixels as run lengths. Images that failed stand under {@code errors}. Thread-safe.
 */
public final class CocoDocument {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final int CATEGORY = 1;

  /** An image with its regions; ids are given when all are there. */
  private record Entry(ObjectNode image, ArrayNode annotations) {}

  private final TreeMap<String, Entry> images = new TreeMap<>();
  private final TreeMap<String, String> errors = new TreeMap<>();

  /** An image that was scored. */
  public void add(String name, Detection d) {
    ObjectNode image = JSON.objectNode().put("file_name", name);
    image.put("width", d.width()).put("height", d.height());
    image.put("score", DetectionJson.rounded(d.score())).put("anomalous", d.anomalous());
    ArrayNode all = JSON.arrayNode();
    AnomalyMap full = d.mapAtImageSize();
    for (RegionMasks.Mask m : RegionMasks.of(full, outlined(d, full))) {
      ObjectNode a = all.addObject();
      a.put("category_id", CATEGORY).put("iscrowd", 0).put("area", m.area());
      a.putArray("bbox").add(m.x()).add(m.y()).add(m.width()).add(m.height());
      a.put("score", DetectionJson.rounded(m.score()));
      ObjectNode runs = a.putObject("segmentation");
      runs.putArray("size").add(d.height()).add(d.width());
      m.counts().forEach(n -> runs.withArray("counts").add(n));
    }
    synchronized (this) {
      images.put(name, new Entry(image, all));
    }
  }

  /** Resizing may lower the very peak. */
  private static double outlined(Detection d, AnomalyMap full) {
    return d.anomalous() ? Math.min(d.outlinedAt(), 0.9999 * full.max()) : d.outlinedAt();
  }

  /** An image that could not be. */
  public synchronized void failed(String name, String error) {
    errors.put(name, error);
  }

  /** The document. */
  public synchronized String json() {
    ObjectNode o = JSON.objectNode();
    o.putObject("info").put("description", "HeadCLIP for Java " + Version.text());
    ArrayNode imageNodes = o.putArray("images");
    ArrayNode annotations = o.putArray("annotations");
    images
        .values()
        .forEach(
            e -> {
              int id = imageNodes.size() + 1;
              imageNodes.add(e.image().deepCopy().put("id", id));
              e.annotations()
                  .forEach(
                      a ->
                          annotations.add(
                              ((ObjectNode) a.deepCopy())
                                  .put("id", annotations.size() + 1)
                                  .put("image_id", id)));
            });
    o.putArray("categories")
        .addObject()
        .put("id", CATEGORY)
        .put("name", "anomaly")
        .put("supercategory", "anomaly");
    if (!errors.isEmpty()) {
      ArrayNode of = o.putArray("errors");
      errors.forEach((name, error) -> of.addObject().put("file_name", name).put("error", error));
    }
    return o.toString();
  }
}
