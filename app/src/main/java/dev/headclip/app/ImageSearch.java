package dev.headclip.app;

import dev.headclip.HeadClipException;
import dev.headclip.detect.ImageSource;
import dev.headclip.image.ImageFormat;
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
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The images that a command line names: files as they are, folders searched in depth by what their
 * files hold, in order of their names; hidden folders, those of systems, and the output folder are
 * left out, and each folder is entered once, however many links lead there.
 */
final class ImageSearch {
  /** Endings of what detect writes: never scored when found in a folder. */
  static final String MAP_PNG = ".map.png";

  static final String OVERLAY = ".overlay.png";

  /** Thumbnails and bins of file servers and systems. */
  private static final Set<String> SYSTEM =
      Set.of("@eadir", "@tmp", "#recycle", "$recycle.bin", "__macosx", "system volume information");

  /** What a name that is no UTF-8 has in place of its bytes. */
  private static final char UNREADABLE = '\uFFFD';

  private final Path excluded;
  private final boolean allPages;
  private final Map<Path, Path> found = new LinkedHashMap<>();
  private final List<Path> emptyFolders = new ArrayList<>();
  private final Map<ImageFormat, Integer> unreadable = new TreeMap<>();
  private final Set<Path> entered = new HashSet<>();

  /**
   * @param excluded a folder of our own results
   * @param allPages whether each page of a file is an image
   */
  ImageSearch(Path excluded, boolean allPages) {
    this.excluded = excluded.toAbsolutePath().normalize();
    this.allPages = allPages;
  }

  /**
   * An image.
   *
   * @param source to be scored
   * @param name of its results, unlike all others
   */
  record Found(ImageSource source, String name) {}

  /**
   * Searches files and folders, each page an image; what is to be said of them goes to stderr.
   *
   * @throws HeadClipException where one is not there, or holds no images: results would be of
   *     others than were meant
   */
  static ImageSearch said(List<Path> from) throws IOException {
    ImageSearch search = new ImageSearch(Path.of("headclip-out"), true);
    for (Path p : from) {
      search.add(p);
      if (!Files.exists(byName(p))) {
        throw new HeadClipException("%s: no such file or folder".formatted(p));
      }
      if (search.anyEmpty()) {
        throw new HeadClipException("%s: no images, expected normal ones".formatted(p));
      }
    }
    search.remarks().forEach(System.err::println);
    return search;
  }

  /** What was found, without names of results. */
  List<ImageSource> sources() {
    return images().stream().map(Found::source).toList();
  }

  /** Adds a file or what a folder holds. */
  void add(Path argument) throws IOException {
    Path named = byName(argument);
    if (!Files.isDirectory(named)) {
      found.put(named, named.toAbsolutePath().normalize().getFileName());
      return;
    }
    List<Path> inside = new ArrayList<>();
    Files.walkFileTree(
        named, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, visitor(named, inside));
    if (inside.isEmpty()) {
      emptyFolders.add(named);
    }
    Collections.sort(inside);
    inside.forEach(f -> found.put(f, named.relativize(f)));
  }

  private SimpleFileVisitor<Path> visitor(Path root, List<Path> inside) {
    return new SimpleFileVisitor<>() {
      @Override
      public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes a) throws IOException {
        Path real = dir.toRealPath();
        // what a link leads to inside the folder is found there, under its own name
        boolean again =
            !dir.equals(root) && Files.isSymbolicLink(dir) && real.startsWith(root.toRealPath());
        boolean skipped = !dir.equals(root) && leftOut(dir);
        return skipped || again || !entered.add(real)
            ? FileVisitResult.SKIP_SUBTREE
            : FileVisitResult.CONTINUE;
      }

      @Override
      public FileVisitResult visitFile(Path file, BasicFileAttributes a) {
        String name = file.getFileName().toString();
        if (!name.endsWith(MAP_PNG) && !name.endsWith(OVERLAY)) {
          Optional<ImageFormat> format = ImageFormat.inFolder(file);
          if (format.filter(ImageFormat::readable).isPresent()) {
            inside.add(file);
          } else {
            format.ifPresent(f -> unreadable.merge(f, 1, Integer::sum));
          }
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
    };
  }

  private boolean leftOut(Path dir) {
    String name = dir.getFileName().toString();
    return name.startsWith(".")
        || SYSTEM.contains(name.toLowerCase(java.util.Locale.ROOT))
        || dir.toAbsolutePath().normalize().equals(excluded);
  }

  /** A name that is no UTF-8 reaches us mangled: the file that looks so is meant. */
  private static Path byName(Path argument) throws IOException {
    if (argument.toString().indexOf(UNREADABLE) < 0 || Files.exists(argument)) {
      return argument;
    }
    List<Path> level = List.of(argument.isAbsolute() ? argument.getRoot() : Path.of(""));
    for (Path part : argument) {
      List<Path> next = new ArrayList<>();
      for (Path home : level) {
        if (part.toString().indexOf(UNREADABLE) < 0) {
          next.add(home.resolve(part));
        } else if (Files.isDirectory(home)) {
          try (Stream<Path> all = Files.list(home)) {
            all.filter(f -> f.getFileName().toString().equals(part.toString())).forEach(next::add);
          }
        }
      }
      level = next;
    }
    List<Path> there = level.stream().filter(Files::exists).toList();
    if (there.size() > 1) {
      throw new HeadClipException(
          "%s: %d files look like this name; name their folder".formatted(argument, there.size()));
    }
    return there.isEmpty() ? argument : there.get(0);
  }

  /** All files. */
  List<Path> files() {
    return List.copyOf(found.keySet());
  }

  /** All images, page by page. */
  List<Found> images() {
    List<Found> all = new ArrayList<>();
    OutputNames names = new OutputNames();
    found.forEach(
        (file, relative) -> {
          int pages = allPages ? pages(file) : 1;
          if (pages == 1) {
            all.add(new Found(ImageSource.of(file), names.of(relative.toString())));
          } else {
            for (int p = 1; p <= pages; p++) {
              String name = "%s[%d]".formatted(relative, p);
              all.add(new Found(ImageSource.of(file, p), names.of(name)));
            }
          }
        });
    return all;
  }

  private static int pages(Path file) {
    try {
      return ImageLoader.defaults().pages(file);
    } catch (HeadClipException | OutOfMemoryError e) {
      // told when its turn comes
      return 1;
    }
  }

  /** What is to be said of the folders, one line each. */
  List<String> remarks() {
    List<String> all = new ArrayList<>();
    unreadable.forEach(
        (format, n) ->
            all.add(
                "note: %d %s file%s left out: not read; convert to PNG, JPEG, TIFF or WebP"
                    .formatted(n, format.title(), n == 1 ? "" : "s")));
    emptyFolders.forEach(f -> all.add("headclip: " + f + ": no images"));
    return all;
  }

  /** Whether a folder held none. */
  boolean anyEmpty() {
    return !emptyFolders.isEmpty();
  }

  /** Names for results: no two alike, none longer than a file system takes. */
  private static final class OutputNames {
    /** Room for endings in the 255 bytes of a name. */
    private static final int LONGEST = 230;

    private final Map<String, Integer> uses = new HashMap<>();

    String of(String relative) {
      Path path = Path.of(relative);
      String last = path.getFileName().toString();
      String name = last;
      if (bytes(last) > LONGEST) {
        String hash = "~%08x".formatted(relative.hashCode());
        int keep = Math.min(last.length(), LONGEST);
        while (bytes(last.substring(0, keep)) > LONGEST - hash.length()) {
          keep--;
        }
        name = last.substring(0, keep) + hash;
      }
      String whole = path.getParent() == null ? name : path.getParent().resolve(name).toString();
      int n = uses.merge(whole, 1, Integer::sum);
      return n == 1 ? whole : of("%s-%d".formatted(whole, n));
    }

    private static int bytes(String name) {
      return name.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
    }
  }
}
