package dev.headclip.internal.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Folders that code may be loaded from: nobody else can put anything there. */
public final class OwnFolder {
  private static final int ROOT = 0;
  private static final int OTHERS_WRITE = 022;
  private static final int STICKY = 01000;

  private OwnFolder() {}

  /** Makes a folder where there is none, for its owner alone. */
  public static Path made(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return folder;
    }
    return posix(folder.toAbsolutePath().getRoot())
        ? Files.createDirectories(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")))
        : Files.createDirectories(folder);
  }

  /**
   * Whether a folder is this user's, and neither it nor one above it can be changed by others but
   * the system's administrator. True where the system knows no such modes.
   */
  public static boolean is(Path folder) {
    try {
      Path real = folder.toRealPath();
      if (!posix(real)) {
        return true;
      }
      int self = uid(home());
      if (uid(real) != self || (mode(real) & OTHERS_WRITE) != 0) {
        return false;
      }
      for (Path p = real.getParent(); p != null; p = p.getParent()) {
        boolean safe = (mode(p) & OTHERS_WRITE) == 0 || (mode(p) & STICKY) != 0;
        if (!safe || uid(p) != self && uid(p) != ROOT) {
          return false;
        }
      }
      return true;
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  private static boolean posix(Path p) {
    return p.getFileSystem().supportedFileAttributeViews().contains("unix");
  }

  /** Something that belongs to this process. */
  private static Path home() throws IOException {
    Path self = Path.of("/proc/self");
    if (Files.exists(self)) {
      return self.toRealPath();
    }
    Path probe = Files.createTempFile("headclip-" + ProcessHandle.current().pid() + "-", ".probe");
    probe.toFile().deleteOnExit();
    return probe;
  }

  private static int uid(Path p) throws IOException {
    return (int) Files.getAttribute(p, "unix:uid");
  }

  private static int mode(Path p) throws IOException {
    return (int) Files.getAttribute(p, "unix:mode");
  }
}
