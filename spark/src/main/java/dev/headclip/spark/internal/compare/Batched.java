package dev.headclip.spark.internal.compare;

import dev.headclip.reference.FoldedSums;
import dev.headclip.reference.NormalEnds;
import dev.headclip.reference.ReferenceSettings;
import dev.headclip.reference.SampledScores;
import dev.headclip.reference.Statistics;
import dev.headclip.reference.TokenTaps;
import dev.headclip.spark.internal.compare.GroupFit.Fitted;
import dev.headclip.spark.internal.model.Opened;
import dev.headclip.spark.internal.model.Opening;
import dev.headclip.spark.internal.score.Columns;
import dev.headclip.spark.internal.score.Meters;
import dev.headclip.spark.internal.score.Tasks;
import dev.headclip.spark.settings.DetectOptions;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * Unlabelled images of one kind by a subspace of all their patches, for any number of images and
 * kinds: a pass that adds up patches, a pass that measures each image's distances, and from there
 * on the few numbers that these are, on the executors' disks. The same numbers as {@code headclip
 * detect --batched} on one machine.
 */
public final class Batched {
  private final Opening opening;
  private final DetectOptions options;
  private final ReferenceSettings settings;
  private final Meters meters;

  /**
   * @param opening of what reads tokens
   * @param settings that it compares by
   */
  public Batched(
      Opening opening, DetectOptions options, ReferenceSettings settings, Meters meters) {
    this.opening = opening;
    this.options = options;
    this.settings = settings;
    this.meters = meters;
  }

  /**
   * Results of all images. Both passes are done when this returns.
   *
   * @param group the column of groups, -1 where all images are one
   */
  public JavaRDD<Row> of(JavaRDD<Row> rows, Columns columns, int group) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(rows.context());
    double share = settings.share();
    Map<String, Fitted> fits =
        new HashMap<>(
            rows.mapPartitions(
                    new LookPartition<>(opening, options, columns, group, false, Batched::patches))
                .mapPartitionsToPair(new GroupSums())
                .reduceByKey(GroupFit.Sum::plus)
                .mapValues(sum -> sum.fitted(share))
                .collectAsMap());
    Broadcast<Map<String, Fitted>> fitted = context.broadcast(fits);
    JavaRDD<Looked> judged =
        rows.mapPartitions(
                new LookPartition<>(
                    opening,
                    options,
                    columns,
                    group,
                    false,
                    (model, l) -> judged(model, l, fitted)))
            .persist(StorageLevel.DISK_ONLY());
    Map<String, Long> sizes =
        new HashMap<>(
            judged
                .mapToPair(l -> new Tuple2<>(l.group(), 1L))
                .reduceByKey(Long::sum)
                .collectAsMap());
    Map<String, Long> readable = new HashMap<>();
    fits.forEach((of, fit) -> readable.put(of, fit.images()));
    boolean alone = settings.join() == ReferenceSettings.Join.REFERENCE;
    Map<String, NormalEnds> found = new GroupEnds(opening, alone, readable).of(judged);
    Broadcast<Finish.Groups> groups = context.broadcast(new Finish.Groups(found, sizes, readable));
    DetectOptions how = options;
    Meters counted = meters;
    int[] kept = IntStream.range(0, columns.kept().length).toArray();
    Opening same = opening;
    return judged.mapPartitions(
        looked -> {
          Finish finish = new Finish(Tasks.model(same), groups.value(), how, kept, counted);
          return Tasks.mapped(looked, finish::row);
        });
  }

  private static GroupSums.Image patches(Opened model, Looked image) {
    if (!image.seen()) {
      return new GroupSums.Image(image.group(), null);
    }
    HostTensor tokens = image.evidence().get(TokenTaps.TOKENS + 0);
    return new GroupSums.Image(image.group(), Statistics.of(tokens, model.tokens().compute()));
  }

  private static Looked judged(Opened model, Looked image, Broadcast<Map<String, Fitted>> fitted) {
    if (!image.seen()) {
      return image;
    }
    Fitted fit = fitted.value().get(image.group());
    if (fit == null) {
      // it could be read now, and could not when its group was added up
      return Looked.failed(
          image.row(), image.group(), image.name(), "was read in one pass and not in the other");
    }
    HostTensor distances =
        fit.subspace().of(model.tokens().compute(), TokenTaps.of(image.evidence()));
    Tensors<HostTensor> evidence =
        FoldedSums.judged(image.evidence(), distances).and(TokenTaps.mean(image.evidence()));
    return image.with(evidence, SampledScores.Image.of(model.unjoined(), evidence, fit.images()));
  }
}
