package dev.headclip.spark.job;

import dev.headclip.HeadClipException;
import dev.headclip.image.ImageFormat;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/**
 * Images in folders of any storage that Hadoop knows, searched in depth by their names' endings.
 * Spark's own listing passes over names that begin with an underscore, as cameras give them.
 */
final class ImageListing {
  private final Configuration settings;
  private final Path excluded;
  private final Map<String, ImageFile> found = new TreeMap<>();

  /**
   * @param excluded the folder of our own results
   */
  ImageListing(Configuration settings, Path excluded) throws IOException {
    this.settings = settings;
    this.excluded = excluded.getFileSystem(settings).makeQualified(excluded);
  }

  /**
   * Adds a file, a folder, or all that a pattern ({@code *, ?, [], {}}) matches.
   *
   * @throws HeadClipException where there is none
   */
  void add(String place) throws IOException {
    Path path = new Path(place);
    FileSystem system = path.getFileSystem(settings);
    FileStatus[] matches = system.globStatus(path);
    if (matches == null || matches.length == 0) {
      throw new HeadClipException(
          "%s: no such file or folder, and nothing matches it; expected images".formatted(place));
    }
    for (FileStatus s : matches) {
      if (s.isDirectory()) {
        search(system, s.getPath());
      } else {
        put(s);
      }
    }
  }

  private void search(FileSystem system, Path folder) throws IOException {
    List<Path> inside = new ArrayList<>();
    try {
      RemoteIterator<FileStatus> all = system.listStatusIterator(folder);
      while (all.hasNext()) {
        FileStatus s = all.next();
        String name = s.getPath().getName();
        if (name.startsWith(".") || s.getPath().equals(excluded)) {
          continue;
        }
        if (s.isDirectory()) {
          inside.add(s.getPath());
        } else if (ImageFormat.ending(name)) {
          put(s);
        }
      }
    } catch (FileNotFoundException e) {
      // gone since the folder above was read
      return;
    }
    inside.sort(Comparator.naturalOrder());
    for (Path p : inside) {
      search(system, p);
    }
  }

  private void put(FileStatus s) {
    String path = s.getPath().toString();
    String folder = s.getPath().getParent().toString();
    found.put(path, new ImageFile(path, s.getModificationTime(), s.getLen(), folder));
  }

  /** In the order of their paths, each once. */
  List<ImageFile> images() {
    return List.copyOf(found.values());
  }
}
