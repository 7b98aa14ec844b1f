package dev.headclip.onnx;

import dev.headclip.internal.files.CacheHome;
import dev.headclip.internal.files.OwnFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** What outlives a process, in {@link CacheHome}. Without it all works, and takes longer. */
final class CacheFolder {
  private CacheFolder() {}

  /** The part of this name; empty where it cannot be made, or others could write into it. */
  static Optional<Path> of(String part) {
    try {
      Path folder = OwnFolder.made(CacheHome.of(System.getenv()).resolve(part));
      return Optional.of(folder).filter(OwnFolder::is);
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }
}
