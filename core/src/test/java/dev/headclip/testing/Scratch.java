package dev.headclip.testing;

import dev.headclip.internal.files.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Folders of a test run that nobody else deletes: all are gone when the JVM ends. */
final class Scratch {
  private static final Path ALL = create();

  private Scratch() {}

  /** A new empty folder. */
  static Path folder() {
    try {
      return Files.createTempDirectory(ALL, "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path create() {
    try {
      Path all = Files.createTempDirectory("headclip-tests");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> AtomicFiles.deleteTree(all)));
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
