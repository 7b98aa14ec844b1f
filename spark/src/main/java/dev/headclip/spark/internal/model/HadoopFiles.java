package dev.headclip.spark.internal.model;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Files of any storage that Hadoop knows. */
public final class HadoopFiles {
  private HadoopFiles() {}

  /** Opens one. */
  public static InputStream open(String uri, Configuration settings) throws IOException {
    Path path = new Path(uri);
    return path.getFileSystem(settings).open(path);
  }

  /** Whether a place is a URI, and no path of this machine. */
  static boolean uri(String place) {
    return place.matches("[A-Za-z][A-Za-z0-9+.-]+:.*");
  }

  /**
   * All of one, or nothing where it is longer.
   *
   * @throws FileNotFoundException where there is none
   */
  public static byte[] read(String uri, Configuration settings, int most) throws IOException {
    Path path = new Path(uri);
    long size = path.getFileSystem(settings).getFileStatus(path).getLen();
    if (size > most) {
      throw new IOException("%d bytes, expected at most %d".formatted(size, most));
    }
    try (InputStream in = open(uri, settings)) {
      return in.readNBytes(most);
    }
  }
}
