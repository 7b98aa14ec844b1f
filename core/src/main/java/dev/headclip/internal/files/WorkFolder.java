package dev.headclip.internal.files;

import dev.headclip.HeadClipException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A folder for work that may be cut off: gone when this closes, and when the process is ended. */
public final class WorkFolder implements AutoCloseable {
  private static final Set<WorkFolder> OPEN = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(WorkFolder::deleteOpen, "headclip-work-folders"));
  }

  private final Path path;

  private WorkFolder(Path path) {
    this.path = path;
    OPEN.add(this);
  }

  /** Deletes all that are open: for a process that ends without Java's shutdown. */
  public static void deleteOpen() {
    OPEN.forEach(
        f -> {
          if (OPEN.remove(f)) {
            f.deleteAtExit();
          }
        });
  }

  /**
   * A new one inside {@code home}, which is made where it is not there: moving a file from one into
   * the other is renaming.
   */
  public static WorkFolder in(Path home) {
    try {
      Files.createDirectories(home);
      Leftovers.sweep(home);
      return new WorkFolder(Files.createTempDirectory(home, Leftovers.prefix()));
    } catch (IOException e) {
      throw new HeadClipException(
          "%s: cannot be written (%s)".formatted(home, AtomicFiles.reason(e)), e);
    }
  }

  /** A new one where the system keeps such. */
  public static WorkFolder temporary() {
    return in(Path.of(System.getProperty("java.io.tmpdir")));
  }

  public Path path() {
    return path;
  }

  /** Others may still be writing into it. */
  private void deleteAtExit() {
    for (int tries = 0; tries < 5 && Files.exists(path); tries++) {
      try {
        AtomicFiles.deleteTree(path);
        Thread.sleep(20);
      } catch (HeadClipException e) {
        // something new came in between: once more
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  @Override
  public void close() {
    // not there: the process is ending, and it is being deleted
    if (OPEN.remove(this)) {
      AtomicFiles.deleteTree(path);
    }
  }
}
