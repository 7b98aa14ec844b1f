package dev.headclip.app;

import dev.headclip.image.ImageLoader;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The images that a command line names: files as they are, folders searched in depth, in order of
 * their names, hidden ones and the output folder left out.
 */
final class ImageSearch {
  private final Path excluded;
  private final Map<Path, Path> found = new LinkedHashMap<>();
  private final List<Path> emptyFolders = new ArrayList<>();

  /**
   * @param excluded a folder of our own results
   */
  ImageSearch(Path excluded) {
    this.excluded = excluded.toAbsolutePath().normalize();
  }

  /** Adds a file or what a folder holds. */
  void add(Path argument) throws IOException {
    if (!Files.isDirectory(argument)) {
      found.put(argument, argument.toAbsolutePath().normalize().getFileName());
      return;
    }
    List<Path> inside = new ArrayList<>();
    Files.walkFileTree(
        argument,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes a) {
            boolean hidden = !dir.equals(argument) && dir.getFileName().toString().startsWith(".");
            return hidden || dir.toAbsolutePath().normalize().equals(excluded)
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes a) {
            if (ImageLoader.looksLikeImage(file)) {
              inside.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            // shows up as an image that cannot be read
            inside.add(file);
            return FileVisitResult.CONTINUE;
          }
        });
    if (inside.isEmpty()) {
      emptyFolders.add(argument);
    }
    Collections.sort(inside);
    inside.forEach(f -> found.put(f, argument.relativize(f)));
  }

  /** All images. */
  List<Path> images() {
    return List.copyOf(found.keySet());
  }

  /** Folders that hold none. */
  List<Path> emptyFolders() {
    return emptyFolders;
  }

  /** A name for the results of each image, no two alike. */
  Map<Path, Path> outputNames() {
    Map<Path, Path> names = new LinkedHashMap<>();
    Map<Path, Integer> uses = new LinkedHashMap<>();
    found.forEach(
        (image, relative) -> {
          int n = uses.merge(relative, 1, Integer::sum);
          names.put(image, n == 1 ? relative : Path.of(relative + "-" + n));
        });
    return names;
  }
}
