package dev.headclip.dataset;

import dev.headclip.HeadClipException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Names, sizes and times: show that files changed without reading them. */
public final class FileState {
  private FileState() {}

  /**
   * Of a file, or of all in a folder at any depth.
   *
   * @param shown its name in the text
   */
  public static String of(Path path, String shown) {
    if (!Files.isDirectory(path)) {
      return "%s %d %d".formatted(shown, path.toFile().length(), path.toFile().lastModified());
    }
    try (Stream<Path> all = Files.walk(path)) {
      return all.filter(Files::isRegularFile)
          .sorted()
          .map(
              f ->
                  of(f, "%s/%s".formatted(shown, path.relativize(f).toString().replace('\\', '/'))))
          .collect(Collectors.joining("\n"));
    } catch (IOException | UncheckedIOException e) {
      throw new HeadClipException("%s: cannot be listed (%s)".formatted(path, e.getMessage()), e);
    }
  }

  /** Under its own name. */
  public static String of(Path path) {
    return of(path, path.toString());
  }
}
