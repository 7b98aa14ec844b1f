package dev.headclip.internal.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;

/** Files in the temporary folder that go when they are closed, or with the process. */
public final class PassingFile {
  private PassingFile() {}

  /** A new one, for writing and reading. */
  public static FileChannel open() throws IOException {
    return FileChannel.open(
        Files.createTempFile(Leftovers.prefix(), ".tmp"),
        StandardOpenOption.READ,
        StandardOpenOption.WRITE,
        StandardOpenOption.DELETE_ON_CLOSE);
  }
}
