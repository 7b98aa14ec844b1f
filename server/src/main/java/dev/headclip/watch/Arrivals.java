package dev.headclip.watch;

import dev.headclip.image.ImageFormat;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Which files of a folder are complete and new. Looks again and again: shares tell nobody. */
final class Arrivals {
  private final WatchSettings settings;
  private final Map<Path, Seen> seen = new HashMap<>();
  private final Set<String> done = new HashSet<>();

  /**
   * A file that is complete.
   *
   * @param path below the folder, with forward slashes
   * @param unchanged since when, nanoseconds
   */
  record Arrived(Path file, String path, long size, long modified, long unchanged) {
    /** The same content under the same name has the same. */
    String key() {
      return key(path, size, modified);
    }

    static String key(String path, long size, long modified) {
      return size + " " + modified + " " + path;
    }
  }

  private record Seen(long size, long modified, long since) {}

  Arrivals(WatchSettings settings) {
    this.settings = settings;
  }

  /** A file of this key has its line already. */
  void done(String key) {
    done.add(key);
  }

  /**
   * Files that have not changed for a while and have no line yet, the oldest first.
   *
   * @throws IOException where the folder cannot be read, now
   */
  List<Arrived> look() throws IOException {
    long now = System.nanoTime();
    List<Arrived> ready = new ArrayList<>();
    Map<Path, Seen> present = new HashMap<>();
    Set<String> kept = new HashSet<>();
    Files.walkFileTree(
        settings.folder(),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path d, BasicFileAttributes a) {
            boolean hidden =
                !d.equals(settings.folder()) && d.getFileName().toString().startsWith(".");
            return hidden || d.equals(settings.out())
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path f, BasicFileAttributes a) {
            if (a.isRegularFile() && !isOnItsWay(f)) {
              visit(f, a);
            }
            return FileVisitResult.CONTINUE;
          }

          private void visit(Path f, BasicFileAttributes a) {
            long modified = a.lastModifiedTime().toMillis();
            String path = path(f);
            String key = Arrived.key(path, a.size(), modified);
            if (done.contains(key)) {
              kept.add(key);
              return;
            }
            Seen before = seen.get(f);
            boolean same = before != null && before.size == a.size() && before.modified == modified;
            Seen s = same ? before : new Seen(a.size(), modified, now);
            present.put(f, s);
            if (now - s.since >= settings.settle().toNanos() && a.size() > 0) {
              if (ImageFormat.inFolder(f).isPresent()) {
                ready.add(new Arrived(f, path, a.size(), modified, s.since));
              } else {
                // none that is an image, until it changes
                done.add(key);
                kept.add(key);
              }
            }
          }

          @Override
          public FileVisitResult visitFileFailed(Path f, IOException e) throws IOException {
            if (f.equals(settings.folder())) {
              throw e;
            }
            // moved away meanwhile
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path d, IOException e) {
            return FileVisitResult.CONTINUE;
          }
        });
    seen.clear();
    seen.putAll(present);
    // lines of files that are gone need not be remembered
    done.retainAll(kept);
    ready.sort(Comparator.comparingLong(Arrived::modified).thenComparing(Arrived::path));
    return ready;
  }

  /** Whether a file that could not be decoded may still be on its way. */
  boolean mayGrow(Arrived a) {
    return Duration.ofNanos(System.nanoTime() - a.unchanged()).compareTo(settings.patience()) < 0;
  }

  private String path(Path f) {
    return settings.folder().relativize(f).toString().replace('\\', '/');
  }

  /** Hidden, or called as what is still being copied. */
  private static boolean isOnItsWay(Path f) {
    String name = f.getFileName().toString().toLowerCase(Locale.ROOT);
    return name.startsWith(".")
        || name.endsWith("~")
        || name.endsWith(HotFolder.TAG)
        || name.matches(".*\\.(tmp|temp|part|partial|filepart|crdownload|lock)");
  }
}
