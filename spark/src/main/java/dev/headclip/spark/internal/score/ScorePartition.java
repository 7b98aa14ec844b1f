package dev.headclip.spark.internal.score;

import dev.headclip.detect.Detections;
import dev.headclip.detect.Detector;
import dev.headclip.detect.ImageSource;
import dev.headclip.detect.Outcome;
import dev.headclip.results.Report;
import dev.headclip.spark.internal.model.Opening;
import dev.headclip.spark.settings.DetectOptions;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;

/**
 * Scores the images of a partition with the JVM's one model: decoded beside the network, in bounded
 * memory, each when it is there.
 */
public final class ScorePartition implements MapPartitionsFunction<Row, Row> {
  private static final long serialVersionUID = 1;

  private final Opening opening;
  private final DetectOptions options;
  private final Meters meters;
  private final Columns columns;

  public ScorePartition(Opening opening, DetectOptions options, Meters meters, Columns columns) {
    this.opening = opening;
    this.options = options;
    this.meters = meters;
    this.columns = columns;
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    Detector detector = Tasks.model(opening).detector();
    RowImages images = columns.images(rows, options, opening.hadoop());
    ResultRows results =
        new ResultRows(
            detector.model().name(),
            Report.Compared.of(detector),
            options.maps(),
            options.features());
    Detections<Scored> found =
        detector.stream(
            () -> images,
            Tasks.stream(TaskContext.get()),
            o -> new Scored(o, results.of(named(o))));
    return Tasks.mapped(
        Tasks.taken(found, images, one -> one.outcome().source()),
        one -> {
          meters.count(one.outcome());
          Row input = RowImages.row(one.outcome().source());
          return ResultRows.row(input, columns.kept(), one.values());
        });
  }

  private record Scored(Outcome outcome, List<Object> values) {}

  /** That a file has several pages was not known when its first was opened. */
  private static Outcome named(Outcome o) {
    ImageSource named = RowImages.named(o.source());
    return o instanceof Outcome.Scored s
        ? new Outcome.Scored(named, s.detection(), s.pixels())
        : new Outcome.Failed(named, ((Outcome.Failed) o).error());
  }
}
