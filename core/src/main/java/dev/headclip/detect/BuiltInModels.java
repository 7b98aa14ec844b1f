package dev.headclip.detect;

import dev.headclip.HeadClipException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Models that come as resources under {@code /headclip/models/NAME/}. */
public final class BuiltInModels {
  /** The adapter's file beside a backbone. */
  public static final String ADAPTER = "adapter.safetensors";

  private static final List<String> KNOWN = List.of("starter");
  private static final List<String> FILES =
      List.of(
          "config.json",
          "preprocessor_config.json",
          "tokenizer.json",
          "model.safetensors",
          ADAPTER);

  private BuiltInModels() {}

  /**
   * A model's files; those of a built-in model lie in a temporary folder until this closes.
   *
   * @param path a folder or checkpoint file
   * @param temporary whether closing deletes it
   */
  public record Folder(Path path, boolean temporary) implements AutoCloseable {
    @Override
    public void close() {
      if (temporary) {
        FILES.forEach(f -> path.resolve(f).toFile().delete());
        path.toFile().delete();
      }
    }
  }

  /** The built-in models on the class path. */
  public static List<String> names() {
    return KNOWN.stream()
        .filter(n -> BuiltInModels.class.getResource(resource(n, FILES.get(0))) != null)
        .toList();
  }

  /** The files of a built-in model, or of a folder or checkpoint on disk. */
  public static Folder folderOf(String nameOrPath) {
    // a name wins over a folder that happens to be called so: that is still reachable as ./starter
    if (names().contains(nameOrPath)) {
      return extracted(nameOrPath);
    }
    Path path = Path.of(nameOrPath);
    if (!Files.exists(path)) {
      throw new HeadClipException(
          "%s: no such folder and no built-in model, expected one of %s or a folder with a backbone"
              .formatted(nameOrPath, names()));
    }
    return new Folder(path, false);
  }

  private static String resource(String model, String file) {
    return "/headclip/models/" + model + "/" + file;
  }

  private static Folder extracted(String name) {
    try {
      Folder folder = new Folder(Files.createTempDirectory("headclip-" + name), true);
      for (String f : FILES) {
        try (InputStream in = BuiltInModels.class.getResourceAsStream(resource(name, f))) {
          if (in != null) {
            Files.copy(in, folder.path().resolve(f));
          }
        }
      }
      return folder;
    } catch (IOException e) {
      throw new HeadClipException(
          "model %s cannot be unpacked into %s (%s)"
              .formatted(name, System.getProperty("java.io.tmpdir"), e),
          e);
    }
  }
}
