package dev.headclip.spark.internal.compare;

import dev.headclip.HeadClipException;
import dev.headclip.detect.Batch;
import dev.headclip.detect.Comparer;
import dev.headclip.detect.ImageSource;
import dev.headclip.detect.Outcome;
import dev.headclip.results.Report;
import dev.headclip.spark.internal.model.Opened;
import dev.headclip.spark.internal.model.Opening;
import dev.headclip.spark.internal.model.Shared;
import dev.headclip.spark.internal.score.Columns;
import dev.headclip.spark.internal.score.Meters;
import dev.headclip.spark.internal.score.ResultRows;
import dev.headclip.spark.internal.score.RowImages;
import dev.headclip.spark.internal.score.Tasks;
import dev.headclip.spark.settings.DetectOptions;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Row;
import scala.Tuple2;

/**
 * Unlabelled images of one kind by one another: each group in one task, as on one machine, for its
 * cost grows with the square of the group. Groups run side by side.
 *
 * @param most images of a group
 */
public record Mutual(
    Opening opening, DetectOptions options, Meters meters, Columns columns, int most) {
  /**
   * Results of all images.
   *
   * @param group the column of groups, -1 where all images are one
   */
  public JavaRDD<Row> of(JavaRDD<Row> rows, int group) {
    Task task = new Task(opening, options, meters, columns, most);
    return rows.mapToPair(r -> new Tuple2<>(LookPartition.group(r, group), r))
        .groupByKey()
        .values()
        .flatMap(task::rows);
  }

  private record Task(
      Opening opening, DetectOptions options, Meters meters, Columns columns, int most)
      implements java.io.Serializable {
    private static final long serialVersionUID = 1;

    Iterator<Row> rows(Iterable<Row> of) {
      TaskContext task = TaskContext.get();
      List<Row> all = new ArrayList<>();
      of.forEach(all::add);
      try (Shared<Opened> shared = opening.opened(task.cpus())) {
        Comparer comparer = shared.get().tokens();
        List<ImageSource> images = Sources.of(all, columns, options, opening.hadoop());
        String scorer = comparer.settings().scorer().key();
        ResultRows results =
            new ResultRows(
                comparer.model().name(),
                Optional.of(new Report.Compared(scorer, images.size(), true)),
                options.maps(),
                options.features());
        List<Row> made = new ArrayList<>();
        try {
          if (images.size() > most) {
            throw new HeadClipException(
                "a group of %d images, mutual scoring takes up to %d; take scorer=subspace, smaller groups, or raise mutualMost"
                    .formatted(images.size(), most));
          }
          AtomicBoolean stop = new AtomicBoolean();
          Batch.Result found =
              comparer.score(images, (step, done, n) -> stop.set(task.isInterrupted()), stop);
          Tasks.requireAlive(task);
          found.each(o -> row(o, results), made::add);
        } catch (HeadClipException e) {
          made.clear();
          images.forEach(i -> made.add(row(new Outcome.Failed(i, e.getMessage()), results)));
        }
        return made.iterator();
      }
    }

    private Row row(Outcome o, ResultRows results) {
      meters.count(o);
      return ResultRows.row(RowImages.row(o.source()), columns.kept(), results.of(o));
    }
  }
}
