package dev.headclip.method;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import dev.headclip.clip.ClipConfig;
import dev.headclip.settings.Schema;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import dev.headclip.weights.SafetensorsFile;
import dev.headclip.weights.SafetensorsWriter;
import dev.headclip.weights.TensorSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The adapter file: one safetensors file, its method, settings and provenance as one JSON object
 * under the metadata key {@value #KEY}. Absent keys have their defaults, unknown ones are refused.
 */
public final class AdapterFile {
  /** The metadata key. */
  public static final String KEY = "headclip";

  private static final String METHOD = "method";
  private static final String PROVENANCE = "provenance";

  /** Facts of an exported file. */
  private static final String EXPORT = "export";

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
      return read(path.toString(), file, file.metadata(), config);
    }
  }

  /** {@link #read(Path, ClipConfig)} from a file that is open; {@code name} for messages. */
  public static Adapter read(
      String name, TensorSource file, Map<String, String> metadata, ClipConfig config) {
    JsonNode json = header(name, metadata);
    Adapter adapter = adapter(name, json, file, config);
    adapter.checkAgainst(name, config);
    return adapter;
  }

  /**
   * An adapter's file without its backbone, for showing.
   *
   * @param settings as stored, with method and provenance
   * @param learned the numbers
   */
  public record Contents(JsonNode settings, Tensors<HostTensor> learned) {}

  /** Whether a file is an adapter. */
  public static boolean is(Path path) {
    if (!path.toString().endsWith(".safetensors") || !Files.isRegularFile(path)) {
      return false;
    }
    try (SafetensorsFile f = SafetensorsFile.open(path)) {
      return f.metadata().containsKey(KEY);
    }
  }

  /** Reads an adapter without checking it against a backbone. */
  public static Contents contents(Path path) {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      return new Contents(
          header(path.toString(), file.metadata()),
          tensors(file, List.copyOf(file.tensors().keySet())));
    }
  }

  /** The JSON of an adapter, or of an exported model's metadata. */
  public static JsonNode header(String name, Map<String, String> metadata) {
    try {
      JsonNode json = JSON.readTree(metadata.getOrDefault(KEY, "{}"));
      if (json == null || !json.isObject()) {
        throw new HeadClipException(
            "%s: metadata key \"%s\" is %s, expected a JSON object".formatted(name, KEY, json));
      }
      return json;
    } catch (JsonProcessingException e) {
      throw new HeadClipException("%s: metadata key \"%s\" is not JSON".formatted(name, KEY), e);
    }
  }

  /** The method that a header names. */
  public static Method<?> method(String name, JsonNode header) {
    try {
      return Methods.named(header.path(METHOD).asText(Methods.DEFAULT));
    } catch (HeadClipException e) {
      throw new HeadClipException("%s: %s".formatted(name, e.getMessage()), e);
    }
  }

  private static Adapter adapter(String name, JsonNode json, TensorSource file, ClipConfig config) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    file.tensors().forEach((n, info) -> shapes.put(n, info.shape()));
    MethodConfig<?> method;
    ScoreSettings scores;
    try {
      MethodConfig<?> defaults = MethodConfig.of(method(name, json), config);
      requireKnown(json, defaults);
      method = defaults.read(json, shapes);
      scores = Schema.of(ScoreSettings.class).read(json, defaults.method().scores());
    } catch (IllegalArgumentException e) {
      throw new HeadClipException("%s: %s".formatted(name, e.getMessage()), e);
    }
    // the method's order first, then what should not be there
    Set<String> names = new LinkedHashSet<>();
    method.learned(config).stream()
        .map(Learnable::name)
        .filter(shapes::containsKey)
        .forEach(names::add);
    names.addAll(shapes.keySet());
    return new Adapter(method, scores, tensors(file, new ArrayList<>(names)), provenance(json));
  }

  private static void requireKnown(JsonNode json, MethodConfig<?> method) {
    Set<String> known = new LinkedHashSet<>(method.names());
    known.addAll(Schema.of(ScoreSettings.class).names());
    known.addAll(List.of(METHOD, PROVENANCE, EXPORT));
    List<String> found = new ArrayList<>();
    json.fieldNames().forEachRemaining(found::add);
    Schema.requireKnown("", found, known);
  }

  private static Map<String, Object> provenance(JsonNode json) {
    JsonNode p = json.path(PROVENANCE);
    return p.isObject()
        ? JSON.convertValue(p, new TypeReference<LinkedHashMap<String, Object>>() {})
        : Map.of();
  }

  private static Tensors<HostTensor> tensors(TensorSource file, List<String> names) {
    Map<String, HostTensor> all = new LinkedHashMap<>();
    names.forEach(n -> all.put(n, file.host(n)));
    return new Tensors<>(all);
  }

  /** Writes an adapter. */
  public static void write(Path path, Adapter adapter) {
    SafetensorsWriter.write(
        path, adapter.learned().named(), Map.of(KEY, json(adapter).toString()), false);
  }

  /** Method, settings and provenance: the header's JSON. */
  public static ObjectNode json(Adapter adapter) {
    ObjectNode json = JSON.createObjectNode().put(METHOD, adapter.method().name());
    json.setAll(adapter.method().json());
    json.setAll(Schema.json(adapter.scores()));
    json.set(PROVENANCE, JSON.valueToTree(adapter.provenance()));
    return json;
  }
}
