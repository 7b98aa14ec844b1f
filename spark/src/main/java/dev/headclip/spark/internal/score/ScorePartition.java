package dev.headclip.spark.internal.score;

import dev.headclip.detect.Detections;
import dev.headclip.detect.Detector;
import dev.headclip.detect.ImageSource;
import dev.headclip.detect.Outcome;
import dev.headclip.detect.StreamSettings;
import dev.headclip.image.Tiling;
import dev.headclip.results.Report;
import dev.headclip.spark.internal.model.Shared;
import dev.headclip.spark.internal.model.ShippedModel;
import dev.headclip.spark.settings.DetectOptions;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.TaskCompletionListener;

/**
 * Scores the images of a partition with the JVM's one model: decoded beside the network, in bounded
 * memory, each when it is there.
 */
public final class ScorePartition implements MapPartitionsFunction<Row, Row> {
  private static final long serialVersionUID = 1;

  /** An image that takes longer to decode does not hold up the others of its task. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final ShippedModel model;
  private final DetectOptions options;
  private final Meters meters;
  private final int path;
  private final int content;
  private final int[] kept;

  /**
   * @param input the rows' columns
   */
  public ScorePartition(
      ShippedModel model, DetectOptions options, Meters meters, StructType input) {
    this.model = model;
    this.options = options;
    this.meters = meters;
    List<String> names = Arrays.asList(input.fieldNames());
    this.path = names.indexOf(options.pathColumn());
    this.content = names.indexOf(options.contentColumn());
    this.kept = IntStream.range(0, names.size()).filter(i -> i != content).toArray();
  }

  /** Opens the model of a task's JVM, or joins those who use it. */
  private Shared<Detector> detector(int threads) {
    String key = "detect %s %s %d".formatted(model.key(), options, threads);
    return Shared.of(
        key,
        Detector.class,
        () ->
            model
                .detector(threads)
                .maxPixels(options.maxPixels())
                .maxTimePerImage(options.maxTime())
                .tiling(Tiling.of(options.tiles()))
                .build());
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    TaskContext task = TaskContext.get();
    Shared<Detector> shared = detector(task.cpus());
    atEnd(task, shared::close);
    RowImages images = new RowImages(rows, path, content, options.allPages(), model.hadoop());
    Detector detector = shared.get();
    ResultRows results =
        new ResultRows(detector.model().name(), Report.Compared.of(detector), options.maps());
    Detections<Scored> found =
        detector.stream(() -> images, settings(task), o -> new Scored(o, results.of(named(o))));
    // before the model is left: listeners run in the reverse of their order
    atEnd(task, found::close);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return found.hasNext();
      }

      @Override
      public Row next() {
        if (task.isInterrupted()) {
          throw new TaskKilledException();
        }
        Scored one = found.next();
        images.lookedAt(one.outcome().source());
        meters.count(one.outcome());
        return ResultRows.row(RowImages.row(one.outcome().source()), kept, one.values());
      }
    };
  }

  private static void atEnd(TaskContext task, Runnable what) {
    TaskCompletionListener listener = t -> what.run();
    task.addTaskCompletionListener(listener);
  }

  private record Scored(Outcome outcome, List<Object> values) {}

  /** A file's first page was not known to be one when it was opened. */
  private static Outcome named(Outcome o) {
    String name = RowImages.name(o.source());
    if (name.equals(o.source().id())) {
      return o;
    }
    ImageSource renamed = new ImageSource(name, o.source().className(), o.source().content());
    return o instanceof Outcome.Scored s
        ? new Outcome.Scored(renamed, s.detection(), s.pixels())
        : new Outcome.Failed(renamed, ((Outcome.Failed) o).error());
  }

  /** A task has a share of the heap, and decodes with a thread more than its cores. */
  private static StreamSettings settings(TaskContext task) {
    int cores =
        SparkEnv.get()
            .conf()
            .getInt("spark.executor.cores", Runtime.getRuntime().availableProcessors());
    int tasks = Math.max(1, cores / task.cpus());
    long bytes = Math.max(1, Runtime.getRuntime().maxMemory() / 5 / tasks);
    return new StreamSettings(false, task.cpus() + 1, bytes, PATIENCE);
  }
}
