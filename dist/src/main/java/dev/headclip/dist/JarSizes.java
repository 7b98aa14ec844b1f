package dev.headclip.dist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What each jar adds to a package. */
final class JarSizes {
  private JarSizes() {}

  static void print(String title, Path jars) throws IOException {
    System.out.printf("jars, %s:%n", title);
    long all = 0;
    for (Path jar : NativeJars.list(jars)) {
      long bytes = Files.size(jar);
      all += bytes;
      System.out.printf("%,14d  %s%n", bytes, jar.getFileName());
    }
    System.out.printf("%,14d  in all%n", all);
  }
}
