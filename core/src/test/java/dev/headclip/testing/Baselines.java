package dev.headclip.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.backbone.Backbone;
import dev.headclip.tensor.HostTensor;
import dev.headclip.weights.SafetensorsFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The rival methods' golden numbers, from the folder that the system property
 * headclip.golden.baselines names, else from the workplace's shared folder. Every size and setting
 * is read from the files.
 */
public final class Baselines {
  private final JsonNode settings;
  private final Map<String, HostTensor> tensors = new LinkedHashMap<>();

  private Baselines(Path file) {
    try (SafetensorsFile f = SafetensorsFile.open(file)) {
      settings = new ObjectMapper().readTree(f.metadata().get("settings"));
      f.tensors().keySet().forEach(n -> tensors.put(n, f.host(n)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One method's file; the test is skipped where it is not there. */
  public static Baselines of(String method) {
    return new Baselines(path(method + ".safetensors"));
  }

  /**
   * A file or backbone among them: of the folder that the system property names, else of this
   * project's test resources, else of the workplace; the test is skipped where it is in none.
   */
  public static Path path(String name) {
    String given = System.getProperty("headclip.golden.baselines");
    if (given != null) {
      return Path.of(given).resolve(name);
    }
    String resource = "baselines/" + name;
    if (Golden.has(resource + "/config.json")) {
      return Golden.backbone(resource);
    }
    return Golden.has(resource) ? Golden.file(resource) : Golden.shared("golden/baselines/" + name);
  }

  public JsonNode settings() {
    return settings;
  }

  public HostTensor get(String name) {
    HostTensor t = tensors.get(name);
    if (t == null) {
      throw new IllegalArgumentException("no golden tensor " + name);
    }
    return t;
  }

  public Map<String, HostTensor> all() {
    return tensors;
  }

  /** The backbone that the numbers were made with. */
  public Backbone backbone() {
    return Backbone.open(path(settings.path("backbone").asText()));
  }

  /** Token ids from a tensor of such; the largest id ends a text. */
  public int[][] ids(String name) {
    return Golden.ids(get(name));
  }
}
