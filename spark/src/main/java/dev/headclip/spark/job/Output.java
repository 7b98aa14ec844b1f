package dev.headclip.spark.job;

import dev.headclip.HeadClipException;
import dev.headclip.internal.files.AtomicFiles;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * A folder of results: Parquet below {@code slice=NAME}, each slice written elsewhere and moved
 * here whole. What counts as done is what the committed files say.
 */
final class Output {
  static final String SLICE = "slice";
  private static final String WORK = "_work";

  /** In a slice that is there as a whole: where moving is copying, one may be cut off. */
  private static final String WHOLE = "_committed";

  private static final String IDENTITY = "_headclip.json";
  private static final int MOST = 1 << 20;

  private final SparkSession spark;
  private final FileSystem system;
  private final Path folder;

  Output(SparkSession spark, FileSystem system, Path folder) {
    this.spark = spark;
    this.system = system;
    this.folder = folder;
  }

  /**
   * Makes the folder.
   *
   * @throws HeadClipException where it cannot be one
   */
  static void requireFolder(FileSystem system, Path folder) {
    try {
      if (system.mkdirs(folder)) {
        return;
      }
    } catch (IOException e) {
      throw new HeadClipException(
          "--output %s: cannot be made (%s)".formatted(folder, AtomicFiles.reason(e)), e);
    }
    throw new HeadClipException(
        "--output %s: cannot be made; expected a folder that may be written".formatted(folder));
  }

  /**
   * Says what the results are of, or sees that they are of the same.
   *
   * @throws HeadClipException where there are others
   */
  void require(String identity) throws IOException {
    Path file = new Path(folder, IDENTITY);
    String found = read(file);
    boolean none = slices().isEmpty();
    if (found.isEmpty() && !none) {
      throw new HeadClipException(
          "%s: holds results, and no %s says of what; name another output"
              .formatted(folder, IDENTITY));
    }
    if (none && !found.equals(identity)) {
      // what a job that was refused, or killed at once, meant to write binds nobody
      system.delete(file, false);
      Path coming = new Path(folder, "." + IDENTITY + "." + UUID.randomUUID());
      try (OutputStream out = system.create(coming, false)) {
        out.write(identity.getBytes(StandardCharsets.UTF_8));
      }
      system.rename(coming, file);
    } else if (!none && !found.equals(identity)) {
      throw new HeadClipException(
          "%s: holds results of another model or other settings (%s, now %s); name another output"
              .formatted(folder, found, identity));
    }
  }

  private String read(Path file) throws IOException {
    try (InputStream in = system.open(file)) {
      return new String(in.readNBytes(MOST), StandardCharsets.UTF_8);
    } catch (FileNotFoundException e) {
      return "";
    }
  }

  /** Takes away what a killed job left unfinished; to be called with the lease only. */
  void sweep() throws IOException {
    system.delete(new Path(folder, WORK), true);
    for (Path slice : folders()) {
      if (!system.exists(new Path(slice, WHOLE))) {
        system.delete(slice, true);
      }
    }
  }

  private List<Path> folders() throws IOException {
    List<Path> all = new ArrayList<>();
    for (FileStatus s : system.listStatus(folder)) {
      if (s.isDirectory() && s.getPath().getName().startsWith(SLICE + "=")) {
        all.add(s.getPath());
      }
    }
    return all;
  }

  private List<String> slices() throws IOException {
    List<String> all = new ArrayList<>();
    for (Path slice : folders()) {
      if (system.exists(new Path(slice, WHOLE))) {
        all.add(slice.toString());
      }
    }
    return all;
  }

  /** All results so far; empty where there are none. */
  List<Dataset<Row>> results() throws IOException {
    List<String> slices = slices();
    return slices.isEmpty()
        ? List.of()
        : List.of(
            spark
                .read()
                .option("basePath", folder.toString())
                .option("mergeSchema", false)
                .parquet(slices.toArray(String[]::new)));
  }

  /** Identities of the images whose results are here. */
  Set<String> done() throws IOException {
    Set<String> all = new HashSet<>();
    for (Dataset<Row> results : results()) {
      Iterator<Row> rows =
          results
              .select(ImageFile.PATH, ImageFile.MODIFIED, ImageFile.LENGTH)
              .distinct()
              .toLocalIterator();
      while (rows.hasNext()) {
        Row r = rows.next();
        long modified = r.getTimestamp(1).getTime();
        all.add(ImageFile.identity(r.getString(0), modified, r.getLong(2)));
      }
    }
    return all;
  }

  /**
   * Writes a slice and moves it here.
   *
   * @param name unlike all others
   * @param columns that it is partitioned by
   */
  void commit(String name, Dataset<Row> rows, List<String> columns, Lease lease)
      throws IOException {
    Path coming = new Path(new Path(folder, WORK), name);
    rows.write().partitionBy(columns.toArray(String[]::new)).parquet(coming.toString());
    lease.require();
    Path to = new Path(folder, SLICE + "=" + name);
    if (!system.rename(coming, to)) {
      throw new HeadClipException(
          "%s: a slice could not be moved there; start again".formatted(to));
    }
    system.create(new Path(to, WHOLE), true).close();
  }
}
