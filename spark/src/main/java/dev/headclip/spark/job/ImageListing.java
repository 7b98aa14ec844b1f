package dev.headclip.spark.job;

import dev.headclip.HeadClipException;
import dev.headclip.image.ImageFormat;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/**
 * Images in folders of any storage that Hadoop knows, searched in depth by their names' endings.
 * Spark's own listing passes over names that begin with an underscore, as cameras give them;
 * Hadoop's of local folders fails at names with a colon, as clocks give them.
 */
final class ImageListing {
  private static final String LOCAL = "file";

  private final Configuration settings;
  private final Path excluded;
  private final Map<String, ImageFile> found = new TreeMap<>();
  private final Set<java.nio.file.Path> entered = new HashSet<>();

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
    List<FileStatus> matches = new ArrayList<>();
    try {
      // a name that looks like a pattern is a name where there is such a file
      matches.add(system.getFileStatus(path));
    } catch (FileNotFoundException e) {
      FileStatus[] all = system.globStatus(path);
      Collections.addAll(matches, all == null ? new FileStatus[0] : all);
    }
    if (matches.isEmpty()) {
      throw new HeadClipException(
          "%s: no such file or folder, and nothing matches it; expected images".formatted(place));
    }
    for (FileStatus s : matches) {
      if (!s.isDirectory()) {
        put(s.getPath().toString(), s.getModificationTime(), s.getLen());
      } else if (LOCAL.equals(s.getPath().toUri().getScheme())) {
        searchLocal(java.nio.file.Path.of(s.getPath().toUri().getPath()));
      } else {
        search(system, s.getPath());
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
          put(s.getPath().toString(), s.getModificationTime(), s.getLen());
        }
      }
    } catch (FileNotFoundException e) {
      // gone since the folder above was read
      return;
    }
    for (Path p : inside) {
      search(system, p);
    }
  }

  private void searchLocal(java.nio.file.Path folder) throws IOException {
    String place = LOCAL + ":" + folder;
    if (place.equals(excluded.toString()) || !entered.add(folder.toRealPath())) {
      return;
    }
    List<java.nio.file.Path> inside = new ArrayList<>();
    try (DirectoryStream<java.nio.file.Path> all = Files.newDirectoryStream(folder)) {
      for (java.nio.file.Path p : all) {
        String name = p.getFileName().toString();
        if (name.startsWith(".")) {
          continue;
        }
        try {
          BasicFileAttributes a = Files.readAttributes(p, BasicFileAttributes.class);
          if (a.isDirectory()) {
            inside.add(p);
          } else if (a.isRegularFile() && ImageFormat.ending(name)) {
            put(LOCAL + ":" + p, a.lastModifiedTime().toMillis(), a.size());
          }
        } catch (NoSuchFileException e) {
          // gone since the folder was read, or a link to nowhere
          continue;
        }
      }
    }
    // a folder under its own name before links to it, the same at every start
    inside.sort(
        Comparator.comparing(Files::isSymbolicLink).thenComparing(Comparator.naturalOrder()));
    for (java.nio.file.Path p : inside) {
      searchLocal(p);
    }
  }

  private void put(String path, long modified, long length) {
    String folder = path.substring(0, Math.max(0, path.lastIndexOf('/')));
    found.put(path, new ImageFile(path, modified, length, folder));
  }

  /** In the order of their paths, each once. */
  List<ImageFile> images() {
    return List.copyOf(found.values());
  }
}
