package dev.headclip.dist;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The licence and notice files that the jars themselves carry, a folder for each jar. */
final class Licences {
  private Licences() {}

  static void collect(Path jars, Path to) throws IOException {
    List<String> without = new ArrayList<>();
    for (Path jar : NativeJars.list(jars)) {
      String name = jar.getFileName().toString().replaceFirst("\\.jar$", "");
      if (name.startsWith("headclip-")) {
        continue;
      }
      boolean found = false;
      try (ZipFile zip = new ZipFile(jar.toFile())) {
        for (ZipEntry e : zip.stream().map(ZipEntry.class::cast).toList()) {
          String file = e.getName().substring(e.getName().lastIndexOf('/') + 1);
          if (!e.isDirectory() && isLicence(e.getName(), file)) {
            Path out = to.resolve(name).resolve(file);
            Files.createDirectories(out.getParent());
            try (InputStream in = zip.getInputStream(e)) {
              Files.copy(in, out, StandardCopyOption.REPLACE_EXISTING);
            }
            found = true;
          }
        }
      }
      if (!found) {
        without.add(name);
      }
    }
    Files.createDirectories(to);
    Files.writeString(
        to.resolve("README.txt"),
        """
        A folder for each library that carries licence or notice files of its own.
        These carry none; DEPENDENCIES.txt has their licence and home:
        %s
        """
            .formatted(String.join("\n", without)));
  }

  private static boolean isLicence(String path, String file) {
    String lower = file.toLowerCase(Locale.ROOT);
    boolean top = path.indexOf('/') < 0 || path.startsWith("META-INF/");
    return top
        && !lower.endsWith(".class")
        && lower.matches("(.*licen[cs]e.*|notice.*|thirdparty.*|[al]?gpl.*|copying.*)");
  }
}
