package dev.headclip.method;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import dev.headclip.clip.ClipConfig;
import dev.headclip.tensor.HostTensor;
import dev.headclip.weights.SafetensorsFile;
import dev.headclip.weights.SafetensorsWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The adapter file: one safetensors file, its settings and provenance as JSON under the metadata
 * key {@code headclip}. Absent keys have their defaults, unknown ones are ignored.
 */
public final class AdapterFile {
  /** The metadata key. */
  public static final String KEY = "headclip";

  private static final ObjectMapper JSON = new ObjectMapper();

  private AdapterFile() {}

  /** Reads an adapter for a backbone; every tensor and setting is checked against it. */
  public static Adapter read(Path path, ClipConfig config) {
    if (!Files.isRegularFile(path)) {
      throw new HeadClipException(
          "%s: no such adapter, expected a .safetensors file written by 'headclip train'"
              .formatted(path));
    }
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      JsonNode json = settings(path, file);
      Adapter adapter =
          new Adapter(
              parsed(path, json, config),
              tensors(path, file),
              JSON.convertValue(
                  json.path("provenance").isObject()
                      ? json.path("provenance")
                      : JSON.createObjectNode(),
                  new TypeReference<LinkedHashMap<String, Object>>() {}));
      adapter.checkAgainst(path.toString(), config);
      return adapter;
    }
  }

  /**
   * An adapter's file without its backbone, for showing.
   *
   * @param settings as stored, with the provenance
   * @param learned the numbers
   */
  public record Contents(JsonNode settings, Learned<HostTensor> learned) {}

  /** Reads an adapter without checking it against a backbone. */
  public static Contents contents(Path path) {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      return new Contents(settings(path, file), tensors(path, file));
    }
  }

  private static JsonNode settings(Path path, SafetensorsFile file) {
    String text = file.metadata().getOrDefault(KEY, "{}");
    try {
      JsonNode json = JSON.readTree(text);
      String method = json.path("method").asText("headclip");
      if (!method.equals("headclip")) {
        throw new HeadClipException(
            "%s: an adapter of method \"%s\", expected \"headclip\"".formatted(path, method));
      }
      return json;
    } catch (JsonProcessingException e) {
      throw new HeadClipException("%s: metadata key \"%s\" is not JSON".formatted(path, KEY), e);
    }
  }

  private static HeadClipSettings parsed(Path path, JsonNode json, ClipConfig config) {
    try {
      return SettingsJson.read(json, config);
    } catch (IllegalArgumentException e) {
      throw new HeadClipException("%s: %s".formatted(path, e.getMessage()), e);
    }
  }

  private static Learned<HostTensor> tensors(Path path, SafetensorsFile file) {
    List<HostTensor> deep = new ArrayList<>();
    while (file.tensors().containsKey(Learned.DEEP + deep.size())) {
      deep.add(file.host(Learned.DEEP + deep.size()));
    }
    return new Learned<>(
        required(path, file, Learned.PROMPT_NORMAL),
        required(path, file, Learned.PROMPT_ABNORMAL),
        deep,
        file.tensors().containsKey(Learned.HEAD_WEIGHTS)
            ? Optional.of(file.host(Learned.HEAD_WEIGHTS))
            : Optional.empty());
  }

  private static HostTensor required(Path path, SafetensorsFile file, String name) {
    if (!file.tensors().containsKey(name)) {
      throw new HeadClipException(
          "%s: no tensor %s, expected an adapter written by 'headclip train'"
              .formatted(path, name));
    }
    return file.host(name);
  }

  /** Writes an adapter. */
  public static void write(Path path, Adapter adapter) {
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    List<String> names = adapter.learned().names();
    for (int i = 0; i < names.size(); i++) {
      tensors.put(names.get(i), adapter.learned().tensors().get(i));
    }
    SafetensorsWriter.write(path, tensors, Map.of(KEY, json(adapter).toString()), false);
  }

  /** Settings and provenance: the header's JSON. */
  public static ObjectNode json(Adapter adapter) {
    ObjectNode json = SettingsJson.write(adapter.settings());
    json.set("provenance", JSON.valueToTree(adapter.provenance()));
    return json;
  }
}
