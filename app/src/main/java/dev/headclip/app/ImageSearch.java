package dev.headclip.app;

import dev.headclip.image.ImageLoader;
import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The images that a command line names: files as they are, folders searched in depth, in order of
 * their names, hidden ones and the output folder left out.
 */
final class ImageSearch {
  /** Endings of what detect writes: never scored when found in a folder. */
  static final String MAP_PNG = ".map.png";

  static final String OVERLAY = ".overlay.png";

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
        EnumSet.of(FileVisitOption.FOLLOW_LINKS),
        Integer.MAX_VALUE,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes a) {
            boolean left =
                dir.getFileName() != null && dir.getFileName().toString().startsWith(".")
                    || dir.toAbsolutePath().normalize().equals(excluded);
            return left && !dir.equals(argument)
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes a) {
            String name = file.getFileName().toString();
            boolean ours = name.endsWith(MAP_PNG) || name.endsWith(OVERLAY);
            if (ImageLoader.looksLikeImage(file) && !ours) {
              inside.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            if (!(e instanceof FileSystemLoopException)) {
              // shows up as an image that cannot be read
              inside.add(file);
            }
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

  /** A name for the results of each image, by its path; no two alike. */
  Map<String, Path> outputNames() {
    Map<String, Path> names = new LinkedHashMap<>();
    Map<Path, Integer> uses = new LinkedHashMap<>();
    found.forEach(
        (image, relative) -> {
          int n = uses.merge(relative, 1, Integer::sum);
          names.put(image.toString(), n == 1 ? relative : Path.of(relative + "-" + n));
        });
    return names;
  }
}
