package dev.headclip.torch;

import dev.headclip.HeadClipException;
import dev.headclip.internal.files.OwnFolder;
import dev.headclip.internal.files.WorkFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Where DJL unpacks libtorch: a folder of this user's alone. By itself it takes a known place under
 * the common temporary folder where the home cannot be written, and runs what lies there.
 */
final class NativeHome {
  private static final List<String> NAMES = List.of("ENGINE_CACHE_DIR", "DJL_CACHE_DIR");

  private NativeHome() {}

  /** Chooses it, before DJL does. */
  static void choose() {
    for (String name : NAMES) {
      String named = System.getenv().getOrDefault(name, System.getProperty(name, ""));
      if (!named.isBlank()) {
        if (!usable(Path.of(named))) {
          throw new HeadClipException(
              "%s %s: expected a folder that nobody else can write into".formatted(name, named));
        }
        return;
      }
    }
    if (!usable(Path.of(System.getProperty("user.home"), ".djl.ai"))) {
      String own = WorkFolder.temporary().path().toString();
      NAMES.forEach(name -> System.setProperty(name, own));
      System.setProperty("jna.tmpdir", own);
    }
  }

  private static boolean usable(Path folder) {
    try {
      return OwnFolder.is(OwnFolder.made(folder)) && java.nio.file.Files.isWritable(folder);
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }
}
