package dev.headclip.spark.internal.score;

import dev.headclip.HeadClipException;
import dev.headclip.spark.settings.DetectOptions;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * Where a data frame has what tasks need.
 *
 * @param path the column of names
 * @param content the column of bytes, -1 where there is none
 * @param kept columns that results have, too
 */
public record Columns(int path, int content, int[] kept) implements Serializable {
  /**
   * Of a data frame.
   *
   * @throws HeadClipException where it names no images
   */
  public static Columns of(StructType input, DetectOptions options) {
    List<String> names = Arrays.asList(input.fieldNames());
    int path = names.indexOf(options.pathColumn());
    if (path < 0) {
      throw new HeadClipException(
          "no column %s, expected one that names the images; found %s"
              .formatted(options.pathColumn(), String.join(", ", names)));
    }
    int content = names.indexOf(options.contentColumn());
    int[] kept = IntStream.range(0, names.size()).filter(i -> i != content).toArray();
    return new Columns(path, content, kept);
  }

  /** The images of a task's rows. */
  public RowImages images(
      java.util.Iterator<Row> rows, DetectOptions options, Configuration hadoop) {
    return new RowImages(rows, path, content, options.allPages(), hadoop);
  }
}
