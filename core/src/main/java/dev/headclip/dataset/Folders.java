package dev.headclip.dataset;

import dev.headclip.HeadClipException;
import dev.headclip.image.ImageFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What the layouts look for in folders. Hidden files and what is no image are never seen. */
public final class Folders {
  private Folders() {}

  /** Folders in a folder, by name. */
  static List<Path> folders(Path parent) {
    return list(parent, f -> Files.isDirectory(f) && !name(f).matches("[.@#$].*|__MACOSX"));
  }

  /** Images directly in a folder, by name. */
  static List<Path> images(Path parent) {
    return list(
        parent,
        f ->
            Files.isRegularFile(f)
                && ImageFormat.inFolder(f).filter(ImageFormat::readable).isPresent());
  }

  /** Images in a folder and those below it, by their way from there. */
  static List<Path> imagesInDepth(Path parent) {
    List<Path> all = new ArrayList<>(images(parent));
    folders(parent).forEach(f -> all.addAll(imagesInDepth(f)));
    return all;
  }

  /** The root, if it is a class, else its folders that are. */
  static List<Path> classes(Path root, Predicate<Path> isClass) {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    return isClass.test(root) ? List.of(root) : folders(root).stream().filter(isClass).toList();
  }

  /** A file that a table names; tables written on Windows have backslashes. */
  public static Path named(Path base, String text) {
    try {
      Path plain = base.resolve(text);
      return text.indexOf('\\') < 0 || Files.exists(plain)
          ? plain
          : base.resolve(text.replace('\\', '/'));
    } catch (InvalidPathException e) {
      throw new HeadClipException("\"%s\" is no path".formatted(text), e);
    }
  }

  /** A folder of that name, in upper or lower case. */
  static Optional<Path> child(Path parent, String name) {
    if (!Files.isDirectory(parent)) {
      return Optional.empty();
    }
    return folders(parent).stream().filter(f -> name(f).equalsIgnoreCase(name)).findFirst();
  }

  static String name(Path file) {
    return file.toAbsolutePath().normalize().getFileName().toString();
  }

  /** A file's name without its ending. */
  public static String stem(Path file) {
    String name = name(file);
    int dot = name.lastIndexOf('.');
    return dot <= 0 ? name : name.substring(0, dot);
  }

  private static List<Path> list(Path parent, Predicate<Path> wanted) {
    try (Stream<Path> files = Files.list(parent)) {
      return files.filter(wanted).sorted(Comparator.comparing(Folders::name)).toList();
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be read (%s)".formatted(parent, e), e);
    }
  }
}
