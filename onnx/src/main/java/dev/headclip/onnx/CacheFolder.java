package dev.headclip.onnx;

import dev.headclip.internal.files.OwnFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What outlives a process: {@code $HEADCLIP_CACHE}, or {@code $XDG_CACHE_HOME/headclip}, or {@code
 * ~/.cache/headclip}. Without it everything works, and takes longer.
 */
final class CacheFolder {
  private CacheFolder() {}

  /** The part of this name; empty where it cannot be made, or others could write into it. */
  static Optional<Path> of(String part) {
    try {
      Path folder = OwnFolder.made(base().resolve(part));
      return Optional.of(folder).filter(OwnFolder::is);
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  private static Path base() {
    String own = System.getenv("HEADCLIP_CACHE");
    String xdg = System.getenv("XDG_CACHE_HOME");
    if (own != null && !own.isBlank()) {
      return Path.of(own);
    }
    return xdg != null && !xdg.isBlank()
        ? Path.of(xdg, "headclip")
        : Path.of(System.getProperty("user.home"), ".cache", "headclip");
  }
}
