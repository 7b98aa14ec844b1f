package dev.headclip.onnx;

import ai.onnxruntime.OrtSession;
import dev.headclip.HeadClipException;
import dev.headclip.internal.files.WorkFolder;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * ONNX Runtime's libraries, unpacked once into the cache folder: by itself it unpacks 22 MB at
 * every start, and leaves a folder behind.
 */
final class NativeLibraries {
  private static final String PROPERTY = "onnxruntime.native.path";
  private static final String RESOURCES = "/ai/onnxruntime/native/";
  private static final List<String> NAMES = List.of("onnxruntime", "onnxruntime4j_jni");

  private NativeLibraries() {}

  /** Loads ONNX Runtime from there; a place that somebody else has named stays as it is. */
  static <T> T use(Supplier<T> load) {
    if (System.getProperty(PROPERTY) != null) {
      return load.get();
    }
    String machine = machine();
    // a build for GPUs has more of them, which it finds by itself, in a fresh folder of its own
    if (resource(machine, "onnxruntime_providers_shared") != null) {
      return load.get();
    }
    Optional<Path> kept = CacheFolder.of("native").flatMap(home -> unpacked(home, machine));
    if (kept.isPresent()) {
      return from(kept.get(), load);
    }
    // once loaded, the files need not be there any longer
    try (WorkFolder once = WorkFolder.temporary()) {
      return unpacked(once.path(), machine).map(f -> from(f, load)).orElseGet(load);
    }
  }

  private static <T> T from(Path folder, Supplier<T> load) {
    System.setProperty(PROPERTY, folder.toString());
    try {
      return load.get();
    } finally {
      System.clearProperty(PROPERTY);
    }
  }

  /** Their folder; empty where ONNX Runtime is to find them by itself. */
  private static Optional<Path> unpacked(Path home, String machine) {
    try {
      StringBuilder key = new StringBuilder("onnxruntime-" + machine);
      for (String name : NAMES) {
        URL found = resource(machine, name);
        if (found == null) {
          return Optional.empty();
        }
        key.append('-').append(length(found));
      }
      Path folder = home.resolve(key.append('-').append(time(machine)).toString());
      if (!Files.isDirectory(folder)) {
        unpack(machine, folder);
      }
      return Optional.of(folder);
    } catch (IOException | HeadClipException e) {
      return Optional.empty();
    }
  }

  /** The whole folder appears at once: two processes may make it at the same time. */
  private static void unpack(String machine, Path folder) throws IOException {
    try (WorkFolder partial = WorkFolder.in(folder.getParent())) {
      Path complete = Files.createDirectory(partial.path().resolve("native"));
      for (String name : NAMES) {
        try (InputStream in = connection(resource(machine, name)).getInputStream()) {
          Files.copy(in, complete.resolve(System.mapLibraryName(name)));
        }
      }
      try {
        Files.move(complete, folder, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        if (!Files.isDirectory(folder)) {
          throw e;
        }
      }
    }
  }

  private static URL resource(String machine, String name) {
    return OrtSession.class.getResource(RESOURCES + machine + "/" + System.mapLibraryName(name));
  }

  private static URLConnection connection(URL of) throws IOException {
    URLConnection c = of.openConnection();
    c.setUseCaches(false);
    return c;
  }

  private static long length(URL of) throws IOException {
    URLConnection c = connection(of);
    try (InputStream in = c.getInputStream()) {
      return c.getContentLengthLong();
    }
  }

  /** When the library was packed: another version's is another. */
  private static long time(String machine) throws IOException {
    URLConnection c = connection(resource(machine, NAMES.get(0)));
    try (InputStream in = c.getInputStream()) {
      return c instanceof JarURLConnection jar
          ? jar.getJarEntry().getTime() / 1000
          : c.getLastModified() / 1000;
    }
  }

  /** As ONNX Runtime calls it: linux-x64, osx-aarch64. */
  private static String machine() {
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    String system = os.contains("win") ? "win" : os.contains("mac") ? "osx" : "linux";
    boolean arm = arch.equals("aarch64") || arch.equals("arm64");
    return system + (arm ? "-aarch64" : "-x64");
  }
}
