package dev.headclip.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.backbone.Backbone;
import dev.headclip.tensor.HostTensor;
import dev.headclip.weights.DType;
import dev.headclip.weights.SafetensorsFile;
import dev.headclip.weights.TensorInfo;
import dev.headclip.weights.TensorSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The rival methods' golden numbers, from the folder that the system property
 * headclip.golden.baselines names, else from the workplace's shared folder. Every size and setting
 * is read from the files.
 */
public final class Baselines {
  private static final String LEARNED = "learned.";

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

  /**
   * The learned tensors as a checkpoint of the authors.
   *
   * @param prefix of the names there
   */
  public TensorSource checkpoint(String prefix) {
    Map<String, HostTensor> stored = new LinkedHashMap<>();
    tensors.forEach(
        (name, t) -> {
          if (name.startsWith(LEARNED)) {
            stored.put(prefix + name.substring(LEARNED.length()), t);
          }
        });
    return source(stored);
  }

  private static TensorSource source(Map<String, HostTensor> tensors) {
    return new TensorSource() {
      @Override
      public Map<String, TensorInfo> tensors() {
        Map<String, TensorInfo> all = new LinkedHashMap<>();
        tensors.forEach((n, t) -> all.put(n, new TensorInfo(DType.F32, t.shape())));
        return all;
      }

      @Override
      public void read(String name, Consumer<ByteBuffer> use) {
        float[] data = tensors.get(name).data();
        ByteBuffer b = ByteBuffer.allocateDirect(4 * data.length).order(ByteOrder.LITTLE_ENDIAN);
        b.asFloatBuffer().put(data);
        use.accept(b);
      }

      @Override
      public void close() {}
    };
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
