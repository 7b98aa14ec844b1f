package dev.headclip.spark.internal.model;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.functional.FutureIO;

/** Files of any storage that Hadoop knows. */
public final class HadoopFiles {
  private HadoopFiles() {}

  /** Opens one. */
  public static InputStream open(String uri, Configuration settings) throws IOException {
    if (local(uri)) {
      return Files.newInputStream(localPath(uri));
    }
    Path path = new Path(uri);
    return path.getFileSystem(settings).open(path);
  }

  /** Hadoop's own local files do without names that have a colon. */
  private static boolean local(String uri) {
    return uri.startsWith("file:");
  }

  private static java.nio.file.Path localPath(String uri) {
    return java.nio.file.Path.of(new Path(uri).toUri().getPath());
  }

  /** Whether a place is a URI, and no path of this machine. */
  public static boolean uri(String place) {
    return place.matches("[A-Za-z][A-Za-z0-9+.-]+:.*");
  }

  /**
   * All of one, or nothing where it is longer.
   *
   * @throws FileNotFoundException or NoSuchFileException where there is none
   */
  public static byte[] read(String uri, Configuration settings, int most) throws IOException {
    if (local(uri)) {
      requireAtMost(most, Files.size(localPath(uri)));
      return Files.readAllBytes(localPath(uri));
    }
    Path path = new Path(uri);
    FileSystem system = path.getFileSystem(settings);
    // an object store would be asked for it once more when the file is opened
    FileStatus status = system.getFileStatus(path);
    requireAtMost(most, status.getLen());
    try (InputStream in =
        FutureIO.awaitFuture(system.openFile(path).withFileStatus(status).build())) {
      return in.readNBytes(most);
    }
  }

  private static void requireAtMost(int most, long size) throws IOException {
    if (size > most) {
      throw new IOException("%d bytes, expected at most %d".formatted(size, most));
    }
  }
}
