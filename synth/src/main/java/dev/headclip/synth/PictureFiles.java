package dev.headclip.synth;

import dev.headclip.HeadClipException;
import dev.headclip.internal.files.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The files that pictures are cut out of. */
final class PictureFiles {
  private PictureFiles() {}

  /**
   * Those of a folder and its subfolders, linked ones too, by name.
   *
   * @throws HeadClipException if one cannot be read, or links go round
   */
  static List<Path> below(Path folder, Predicate<Path> wanted) {
    try (Stream<Path> files = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      return files.filter(wanted).sorted().toList();
    } catch (UncheckedIOException e) {
      throw unreadable(folder, e.getCause());
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
  }

  private static HeadClipException unreadable(Path folder, IOException e) {
    return new HeadClipException(
        "%s: cannot be read (%s)".formatted(folder, AtomicFiles.reason(e)), e);
  }
}
