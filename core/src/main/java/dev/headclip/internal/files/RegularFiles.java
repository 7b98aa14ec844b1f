package dev.headclip.internal.files;

import dev.headclip.HeadClipException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Files that end: pipes and devices are refused before they are opened. */
public final class RegularFiles {
  private RegularFiles() {}

  /**
   * The file, if it is not there or is a regular one.
   *
   * @throws HeadClipException naming it
   */
  public static Path required(Path file) {
    String wrong = wrong(file);
    if (!wrong.isEmpty()) {
      throw new HeadClipException("%s: %s".formatted(file, wrong));
    }
    return file;
  }

  private static String wrong(Path file) {
    if (Files.isDirectory(file)) {
      return "a folder, expected a file";
    }
    return Files.exists(file) && !Files.isRegularFile(file)
        ? "no regular file (a pipe or a device)"
        : "";
  }

  /**
   * All bytes of a file of less than 2 GiB.
   *
   * @throws HeadClipException that does not name it
   */
  public static byte[] bytes(Path file) throws IOException {
    String wrong = wrong(file);
    if (!wrong.isEmpty()) {
      throw new HeadClipException(wrong);
    }
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    if (Files.size(file) > Integer.MAX_VALUE - 16) {
      throw new HeadClipException(
          "the file has %d bytes, expected below 2 GiB".formatted(Files.size(file)));
    }
    return Files.readAllBytes(file);
  }
}
