package dev.headclip.spark.internal.model;

import dev.headclip.HeadClipException;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.internal.files.CacheHome;
import dev.headclip.internal.files.OwnFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A model's files on a host, put there once by the first of its processes that needs them: under
 * the cache folder where it is this user's own, else under the temporary folder.
 */
final class HostFolder {
  private final Path root;

  HostFolder() {
    this.root =
        made(CacheHome.of(System.getenv()).resolve("spark"))
            .or(
                () ->
                    made(Path.of(System.getProperty("java.io.tmpdir"), "headclip-spark-" + user())))
            .orElseThrow(
                () ->
                    new HeadClipException(
                        "no folder for the model's files; set HEADCLIP_CACHE to one that this user alone may write"));
  }

  private static String user() {
    return System.getProperty("user.name", "user").replaceAll("\\W", "_");
  }

  private static Optional<Path> made(Path folder) {
    try {
      return Optional.of(OwnFolder.made(folder)).filter(OwnFolder::is);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Opens a file's content, wherever it comes from. */
  @FunctionalInterface
  interface Source {
    InputStream open(ShippedFile file) throws IOException;
  }

  /**
   * The folder with these files, all there and as the driver saw them.
   *
   * @param id of all of them
   * @throws HeadClipException where one is another by now
   */
  Path of(String id, List<ShippedFile> files, Source source) {
    // within a process locks of files are no locks
    synchronized (HostFolder.class) {
      return locked(root.resolve(id), files, source);
    }
  }

  private Path locked(Path home, List<ShippedFile> files, Source source) {
    try (FileChannel lock =
            FileChannel.open(
                home.resolveSibling(home.getFileName() + ".lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock held = lock.lock()) {
      if (!held.isValid() || !whole(home, files)) {
        put(home, files, source);
      }
      return home;
    } catch (IOException e) {
      throw new HeadClipException(
          "%s: the model's files cannot be put there (%s)".formatted(home, AtomicFiles.reason(e)),
          e);
    }
  }

  private static boolean whole(Path home, List<ShippedFile> files) throws IOException {
    for (ShippedFile f : files) {
      Path there = home.resolve(f.name());
      if (!Files.isRegularFile(there)
          || Files.size(there) != f.size()
          || !Sha256.of(there).equals(f.sha256())) {
        return false;
      }
    }
    return true;
  }

  private static void put(Path home, List<ShippedFile> files, Source source) throws IOException {
    Path coming = home.resolveSibling(home.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      for (ShippedFile f : files) {
        Path to = coming.resolve(f.name());
        Files.createDirectories(to.getParent());
        String found;
        try (InputStream in = source.open(f)) {
          found = Sha256.copied(in, to);
        }
        require(f, found);
      }
      AtomicFiles.deleteTree(home);
      Files.move(coming, home);
    } finally {
      AtomicFiles.deleteTree(coming);
    }
  }

  /** Throws where a file is not the one that the driver saw. */
  static void require(ShippedFile f, String sha256) {
    if (!sha256.equals(f.sha256())) {
      throw new HeadClipException(
          "%s: SHA-256 %s, the driver saw %s; hosts see different files, or it changed under the job"
              .formatted(f.carried() ? f.name() : f.uri(), sha256, f.sha256()));
    }
  }
}
