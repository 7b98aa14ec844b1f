package dev.headclip.internal.files;

import dev.headclip.HeadClipException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Files written to a temporary name beside their place and moved there when complete. */
public final class AtomicFiles {
  /** Folders that were rid of what killed processes left, once each. */
  private static final Set<Path> SWEPT = ConcurrentHashMap.newKeySet();

  private AtomicFiles() {}

  /** Writes the content of one file. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /** Writes {@code path}, making its folder; on failure nothing is left behind. */
  public static void write(Path path, Content content) {
    Path absolute = path.toAbsolutePath();
    Path temporary = null;
    try {
      if (!Files.isDirectory(absolute.getParent())) {
        Files.createDirectories(absolute.getParent());
      }
      if (SWEPT.add(absolute.getParent())) {
        Leftovers.sweep(absolute.getParent());
      }
      temporary = absolute.resolveSibling(Leftovers.prefix() + UUID.randomUUID() + ".tmp");
      try (OutputStream out =
          Files.newOutputStream(
              temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        content.writeTo(out);
      }
      move(temporary, absolute);
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be written (%s)".formatted(path, reason(e)), e);
    } finally {
      deleteQuietly(temporary);
    }
  }

  /** Writes text as UTF-8. */
  public static void writeText(Path path, String text) {
    write(path, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Deletes a folder with all that is in it; what is gone already is passed over. */
  public static void deleteTree(Path folder) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(p);
      }
    } catch (UncheckedIOException e) {
      throw new HeadClipException(
          "%s: cannot be removed (%s)".formatted(folder, reason(e.getCause())), e);
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be removed (%s)".formatted(folder, reason(e)), e);
    }
  }

  /** What went wrong, without the file name that the message has already. */
  public static String reason(IOException e) {
    if (e.getCause() instanceof IOException cause) {
      // image writers hide "No space left on device" behind a sentence of their own
      return reason(cause);
    }
    if (e instanceof FileSystemException f) {
      String kind = f.getClass().getSimpleName().replace("Exception", "");
      return f.getReason() != null ? f.getReason() : kind;
    }
    return e.getMessage() != null ? e.getMessage() : e.getClass().getSimpleName();
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static void deleteQuietly(Path file) {
    if (file != null) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException ignored) {
        // the failure that brought us here is the one to report
      }
    }
  }
}
