package dev.headclip.dist;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Jars with native libraries of many platforms, cut to those that are of use.
 *
 * @param time that their entries are to have
 */
record NativeJars(Instant time) {
  private static final String ONNX = "ai/onnxruntime/native/";

  /** As onnxruntime calls it: linux-x64, osx-aarch64, win-x64. */
  static String platform() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch");
    String system = os.contains("win") ? "win" : os.contains("mac") ? "osx" : "linux";
    boolean arm = arch.equals("aarch64") || arch.equals("arm64");
    return system + "-" + (arm ? "aarch64" : "x64");
  }

  /** All jars, those with natives with this platform's alone. */
  void platform(Path jars, Path to) throws IOException {
    Files.createDirectories(to);
    for (Path jar : list(jars)) {
      Path copy = to.resolve(jar.getFileName());
      String name = jar.getFileName().toString();
      if (name.startsWith("onnxruntime")) {
        cut(jar, copy, n -> !n.startsWith(ONNX) || n.startsWith(ONNX + platform() + "/"));
      } else if (name.startsWith("jna-") || name.startsWith("jline-native")) {
        cut(jar, copy, NativeJars::isOfThisSystem);
      } else {
        Files.copy(jar, copy, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  /** Without what debuggers want. */
  void portable(Path jars) throws IOException {
    for (Path jar : list(jars)) {
      if (jar.getFileName().toString().startsWith("onnxruntime")) {
        Path copy = jar.resolveSibling("cut.tmp");
        cut(jar, copy, n -> !n.contains(".dSYM/"));
        Files.move(copy, jar, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  /** Of jna's and jline's folders; what is none of them stays. */
  private static boolean isOfThisSystem(String name) {
    String[] ours = platform().split("-");
    String lower = name.toLowerCase(Locale.ROOT);
    if (!lower.matches(".*\\.(so|dll|jnilib|dylib|a)")) {
      return true;
    }
    boolean system =
        switch (ours[0]) {
          case "win" -> lower.contains("/win");
          case "osx" -> lower.contains("/darwin") || lower.contains("/mac");
          default -> lower.contains("/linux");
        };
    boolean arm = lower.contains("aarch64") || lower.contains("arm64");
    boolean x64 = lower.contains("x86-64") || lower.contains("x86_64");
    return system && (ours[1].equals("x64") ? x64 : arm);
  }

  private void cut(Path from, Path to, Predicate<String> kept) throws IOException {
    try (ZipFile in = new ZipFile(from.toFile());
        OutputStream file = Files.newOutputStream(to);
        ZipOutputStream out = new ZipOutputStream(file)) {
      for (ZipEntry e : in.stream().map(ZipEntry.class::cast).toList()) {
        // a signature over what is gone would refuse the jar
        if (kept.test(e.getName()) && !e.getName().matches("META-INF/[^/]+\\.(SF|RSA|DSA|EC)")) {
          ZipEntry copy = new ZipEntry(e.getName());
          copy.setTimeLocal(time.atZone(ZoneOffset.UTC).toLocalDateTime());
          out.putNextEntry(copy);
          try (InputStream content = in.getInputStream(e)) {
            content.transferTo(out);
          }
          out.closeEntry();
        }
      }
    }
  }

  static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(p -> p.toString().endsWith(".jar")).sorted().toList();
    }
  }
}
