package dev.headclip.spark.internal.compare;

import dev.headclip.detect.Comparer;
import dev.headclip.detect.Detections;
import dev.headclip.detect.ImageSource;
import dev.headclip.detect.Look;
import dev.headclip.detect.StreamSettings;
import dev.headclip.spark.internal.model.Opened;
import dev.headclip.spark.internal.model.Opening;
import dev.headclip.spark.internal.score.Columns;
import dev.headclip.spark.internal.score.ResultRows;
import dev.headclip.spark.internal.score.RowImages;
import dev.headclip.spark.internal.score.Tasks;
import dev.headclip.spark.settings.DetectOptions;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Row;

/**
 * Reads the tokens of a partition's images, and makes something of each beside the network.
 *
 * @param group the column of groups, -1 where all are one
 * @param references whether digests and turned copies are wanted
 * @param finish what is made of each
 */
record LookPartition<T extends Serializable>(
    Opening opening,
    DetectOptions options,
    Columns columns,
    int group,
    boolean references,
    Finish<T> finish)
    implements FlatMapFunction<Iterator<Row>, T> {
  private static final long serialVersionUID = 1;

  /** What is made of an image; by several threads. */
  @FunctionalInterface
  interface Finish<T> extends Serializable {
    T of(Opened model, Looked image);
  }

  private record Made<T>(ImageSource source, T value) {}

  @Override
  public Iterator<T> call(Iterator<Row> rows) {
    Opened model = Tasks.model(opening);
    Comparer comparer = model.tokens();
    RowImages images = columns.images(rows, options, opening.hadoop());
    Function<Look, Made<T>> made =
        look -> new Made<>(look.source(), finish.of(model, looked(look)));
    StreamSettings stream = Tasks.stream(TaskContext.get());
    Detections<Made<T>> found =
        references
            ? comparer.references(() -> images, stream, made)
            : comparer.looks(() -> images, stream, made);
    return Tasks.mapped(Tasks.taken(found, images, Made::source), Made::value);
  }

  private Looked looked(Look look) {
    Row row = RowImages.row(look.source());
    return Looked.of(
        ResultRows.row(row, columns.kept(), List.of()),
        group(row, group),
        RowImages.named(look.source()).id(),
        look);
  }

  static String group(Row row, int column) {
    return column < 0 || row.isNullAt(column) ? "" : row.get(column).toString();
  }
}
