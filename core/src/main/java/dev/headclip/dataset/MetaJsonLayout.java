package dev.headclip.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.HeadClipException;
import dev.headclip.internal.files.RegularFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * {@code meta.json} as AnomalyCLIP, AdaCLIP, APRIL-GAN and ADer write it: phase to class to items
 * of img_path, mask_path, cls_name, specie_name, anomaly. Paths may be relative to the root, to its
 * parent, or absolute (docs/spec/datasets.md section 0); the phase may be "test" or "Test".
 */
record MetaJsonLayout() implements Layout {
  private static final String FILE = "meta.json";

  @Override
  public boolean applies(Path root) {
    return Files.isRegularFile(root.resolve(FILE));
  }

  @Override
  public List<Sample> read(Path root, Consumer<String> remarks) {
    Path file = root.resolve(FILE);
    JsonNode json;
    try {
      json = new ObjectMapper().readTree(RegularFiles.required(file).toFile());
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be read as JSON (%s)".formatted(file, e), e);
    }
    JsonNode test = json.has("test") ? json.path("test") : json.path("Test");
    if (!test.isObject()) {
      throw new HeadClipException("%s: no object \"test\" of classes".formatted(file));
    }
    List<Sample> all = new ArrayList<>();
    for (Map.Entry<String, JsonNode> c : test.properties()) {
      for (JsonNode item : c.getValue()) {
        all.add(sample(root, file, c.getKey(), item));
      }
    }
    return all;
  }

  private static Sample sample(Path root, Path file, String category, JsonNode item) {
    if (!item.path("img_path").isTextual() || !item.path("anomaly").isNumber()) {
      throw new HeadClipException(
          "%s: class %s has an item without img_path or anomaly: %s"
              .formatted(file, category, item));
    }
    double label = item.path("anomaly").asDouble();
    if (label != 0 && label != 1) {
      throw new HeadClipException(
          "%s: class %s has an item with anomaly %s, expected 0 or 1"
              .formatted(file, category, item.path("anomaly")));
    }
    boolean anomalous = label == 1;
    String mask = item.path("mask_path").asText("");
    return new Sample(
        found(root, item.path("img_path").asText()),
        anomalous && !mask.isEmpty() ? Optional.of(found(root, mask)) : Optional.empty(),
        category,
        item.path("specie_name").asText(""),
        anomalous);
  }

  /** Scripts store paths relative to the root, or with the root's own path in front. */
  private static Path found(Path root, String text) {
    Path plain = Folders.named(root, text);
    if (Files.exists(plain)) {
      return plain;
    }
    Path given = Folders.named(Path.of(""), text.replace('\\', '/'));
    for (int from = 1; from < given.getNameCount(); from++) {
      Path shorter = root.resolve(given.subpath(from, given.getNameCount()));
      if (Files.exists(shorter)) {
        return shorter;
      }
    }
    return plain;
  }

  @Override
  public String looks() {
    return FILE;
  }
}
