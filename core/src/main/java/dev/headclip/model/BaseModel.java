package dev.headclip.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import dev.headclip.clip.Activation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The model that references belong to: how it was asked for, and what shows that it is the same.
 *
 * @param place its name, folder or file
 * @param adapter its file, where it was named
 * @param method its name, where it was named
 * @param activation where it was named
 * @param settings in the place of stored ones
 * @param identity of it, as JSON; empty before it was opened
 */
record BaseModel(
    String place,
    Optional<Path> adapter,
    Optional<String> method,
    Optional<Activation> activation,
    Map<String, Object> settings,
    String identity) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String IDENTITY = "identity";

  JsonNode json(ClipModel opened) {
    ObjectNode o = JSON.createObjectNode();
    boolean builtIn = BuiltInModels.names().contains(place);
    o.put("model", builtIn ? place : Path.of(place).toAbsolutePath().normalize().toString());
    adapter.ifPresent(a -> o.put("adapter", a.toAbsolutePath().normalize().toString()));
    method.ifPresent(m -> o.put("method", m));
    activation.ifPresent(a -> o.put("activation", a.key()));
    settings.forEach((k, v) -> o.withObject("/settings").put(k, v.toString()));
    o.set(IDENTITY, identity(opened));
    return o;
  }

  private static ObjectNode identity(ClipModel m) {
    return JSON.createObjectNode()
        .put("backbone_digest", m.backbone().digest())
        .put("adapter_digest", m.adapter().digest())
        .put("image_size", m.imageSize());
  }

  static BaseModel read(Path file, JsonNode json) {
    String place = json.path("model").asText("");
    if (place.isEmpty()) {
      throw new HeadClipException("%s: does not say which model it belongs to".formatted(file));
    }
    Map<String, Object> settings = new LinkedHashMap<>();
    json.path("settings")
        .fields()
        .forEachRemaining(e -> settings.put(e.getKey(), e.getValue().asText()));
    return new BaseModel(
        BuiltInModels.names().contains(place) ? place : found(file, place).toString(),
        text(json, "adapter").map(a -> found(file, a)),
        text(json, "method"),
        text(json, "activation").map(Activation::of),
        settings,
        json.path(IDENTITY).toString());
  }

  private static Optional<String> text(JsonNode json, String key) {
    return Optional.ofNullable(json.path(key).textValue());
  }

  /** Where it was, or beside the references' file. */
  private static Path found(Path file, String place) {
    Path there = Path.of(place);
    Path beside = file.toAbsolutePath().resolveSibling(there.getFileName());
    if (!Files.exists(there) && !Files.exists(beside)) {
      throw new HeadClipException(
          "%s: belongs to %s, which is not there; put it back, or beside this file"
              .formatted(file, place));
    }
    return Files.exists(there) ? there : beside;
  }

  ModelBuilder builder() {
    ModelBuilder b = new ModelBuilder(place).set(settings);
    adapter.ifPresent(b::adapter);
    method.ifPresent(b::method);
    activation.ifPresent(b::activation);
    return b;
  }

  /** Throws where a model is not the one that the references were looked at with. */
  void require(Path file, ClipModel opened) {
    ObjectNode now = identity(opened);
    if (!now.toString().equals(identity)) {
      throw new HeadClipException(
          "%s: its references were looked at with another model (%s, found %s); use that one, or remember them anew"
              .formatted(file, identity, now));
    }
  }
}
