package dev.headclip.model;

import dev.headclip.weights.FileSet;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Models that come as resources under {@code /headclip/models/NAME/}; read, never unpacked. */
public final class BuiltInModels {
  private static final List<String> KNOWN = List.of("starter");
  private static final List<String> FILES =
      List.of(
          "config.json",
          "preprocessor_config.json",
          "tokenizer.json",
          "model.safetensors",
          Model.ADAPTER);

  private BuiltInModels() {}

  /** The built-in models on the class path. */
  public static List<String> names() {
    return KNOWN.stream()
        .filter(n -> BuiltInModels.class.getResource(resource(n, FILES.get(0))) != null)
        .toList();
  }

  /** The files of a built-in model; empty where there is none of that name. */
  static Optional<FileSet> files(String name) {
    if (!names().contains(name)) {
      return Optional.empty();
    }
    Map<String, byte[]> content = new LinkedHashMap<>();
    for (String file : FILES) {
      try (InputStream in = BuiltInModels.class.getResourceAsStream(resource(name, file))) {
        if (in != null) {
          content.put(file, in.readAllBytes());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return Optional.of(new FileSet.InMemory(name, content));
  }

  private static String resource(String model, String file) {
    return "/headclip/models/" + model + "/" + file;
  }
}
