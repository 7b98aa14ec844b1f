package dev.headclip.spark.internal.compare;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.headclip.HeadClipException;
import dev.headclip.detect.Comparer;
import dev.headclip.image.Tiling;
import dev.headclip.model.ClipModel;
import dev.headclip.model.Model;
import dev.headclip.reference.FoldedSums;
import dev.headclip.reference.NormalEnds;
import dev.headclip.reference.ReferenceFitter;
import dev.headclip.reference.ReferenceModel;
import dev.headclip.reference.ReferenceScorer;
import dev.headclip.reference.ReferenceSettings;
import dev.headclip.reference.Statistics;
import dev.headclip.reference.Subspace;
import dev.headclip.reference.TokenTaps;
import dev.headclip.spark.internal.model.Opened;
import dev.headclip.spark.internal.model.Opening;
import dev.headclip.spark.internal.model.ReferenceBytes;
import dev.headclip.spark.internal.score.Columns;
import dev.headclip.spark.internal.score.Tasks;
import dev.headclip.spark.settings.DetectOptions;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * References as a model, fitted by all tasks: the very numbers that one machine finds. Few ones,
 * and a bank of all patches (knn), are one task's work.
 *
 * @param settings how images are compared
 */
public record ReferenceFit(
    Opening opening, DetectOptions options, Columns columns, ReferenceSettings settings) {
  /**
   * What was fitted.
   *
   * @param model the references
   * @param remarks one line each
   */
  public record Fitted(ReferenceModel model, List<String> remarks) {}

  /** A reference's place among all that count. */
  private record Place(String name, String digest, int at) implements Serializable {
    private static final long serialVersionUID = 1;
  }

  /**
   * Fits.
   *
   * @throws HeadClipException where no reference can be read
   */
  public Fitted of(JavaRDD<Row> rows) {
    boolean few = rows.count() <= ReferenceFitter.SEEN;
    return few || settings.scorer() == ReferenceSettings.Scorer.KNN ? byOne(rows) : byAll(rows);
  }

  private record Made(byte[] file, List<String> remarks, String error) implements Serializable {
    private static final long serialVersionUID = 1;
  }

  private Fitted byOne(JavaRDD<Row> rows) {
    One one = new One(opening, options, columns);
    Made made = rows.repartition(1).mapPartitions(one::made).first();
    if (!made.error().isEmpty()) {
      throw new HeadClipException(made.error());
    }
    return new Fitted(ReferenceBytes.read(made.file()), made.remarks());
  }

  private record One(Opening opening, DetectOptions options, Columns columns)
      implements Serializable {
    private static final long serialVersionUID = 1;

    Iterator<Made> made(Iterator<Row> rows) {
      List<Row> all = new ArrayList<>();
      rows.forEachRemaining(all::add);
      try {
        Comparer comparer = Tasks.model(opening).tokens();
        ReferenceModel.Fitted found =
            comparer.fit(Sources.of(all, columns, options, opening.hadoop()));
        return List.of(
                new Made(
                    ReferenceBytes.of(found.model(), JsonNodeFactory.instance.objectNode()),
                    new ArrayList<>(found.remarks()),
                    ""))
            .iterator();
      } catch (HeadClipException e) {
        return List.of(new Made(new byte[0], new ArrayList<>(), e.getMessage())).iterator();
      }
    }
  }

  private Fitted byAll(JavaRDD<Row> rows) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(rows.context());
    JavaRDD<Looked> looks =
        rows.mapPartitions(
                new LookPartition<>(opening, options, columns, -1, true, (model, l) -> l))
            // a row that is there twice is one reference
            .mapToPair(l -> new Tuple2<>(l.key(), l))
            .reduceByKey((a, b) -> a)
            .values()
            .persist(StorageLevel.DISK_ONLY());
    try {
      List<String> remarks = new ArrayList<>();
      Map<String, Place> places = places(looks, remarks);
      if (places.size() <= ReferenceFitter.SEEN) {
        return byOne(rows);
      }
      Broadcast<Map<String, Place>> known = context.broadcast(places);
      Opening same = opening;
      JavaRDD<Looked> counted = looks.filter(l -> known.value().containsKey(l.key()));
      FoldedSums sums =
          counted
              .mapPartitions(all -> summed(all, same, known.value()))
              .treeReduce(
                  (a, b) -> {
                    a.add(b);
                    return a;
                  });
      Statistics none = Statistics.none(sums.width());
      Statistics all = sums.total(none).total();
      Subspace scorer = Subspace.fit(all, settings.share());
      Broadcast<List<ReferenceScorer>> folds =
          context.broadcast(new ArrayList<>(sums.without(none, settings.share())));
      List<Looked> judged =
          new ArrayList<>(
              counted
                  .mapPartitions(some -> judged(some, same, known.value(), folds.value()))
                  .collect());
      judged.sort(Comparator.comparingInt(l -> places.get(l.key()).at()));
      List<ReferenceModel.Known> references = new ArrayList<>();
      for (Looked l : judged) {
        references.add(
            new ReferenceModel.Known(
                l.name(), l.digest(), List.of(l.evidence()), Optional.empty()));
      }
      return fitted(all, scorer, references, remarks);
    } finally {
      looks.unpersist();
    }
  }

  private Fitted fitted(
      Statistics all,
      Subspace scorer,
      List<ReferenceModel.Known> references,
      List<String> remarks) {
    // scores need no engine: nothing of the network is opened on the driver
    try (Model model = opening.builder(1).openModel()) {
      ClipModel clip = (ClipModel) model;
      ReferenceModel.Fitted found =
          ReferenceFitter.fitted(
              settings,
              settings.taps(clip.backbone().config()),
              Tiling.of(options.tiles()),
              Optional.of(all),
              scorer,
              references,
              clip.scoring(settings, NormalEnds.unknown()));
      remarks.addAll(found.remarks());
      return new Fitted(found.model(), remarks);
    }
  }

  /** Each picture once, in the order of their names. */
  private static Map<String, Place> places(JavaRDD<Looked> looks, List<String> remarks) {
    List<Looked> all = new ArrayList<>(looks.map(Looked::named).collect());
    all.sort(
        Comparator.comparing((Looked l) -> l.name().replaceFirst("\\[\\d+\\]$", ""))
            .thenComparing(l -> l.page().number()));
    Map<String, String> seen = new HashMap<>();
    Map<String, Place> places = new HashMap<>();
    for (Looked l : all) {
      if (!l.seen()) {
        remarks.add("%s: %s; left out of the references".formatted(l.name(), l.error()));
        continue;
      }
      String same = seen.putIfAbsent(l.digest(), l.name());
      if (same != null) {
        remarks.add("%s: the same picture as %s; counted once".formatted(l.name(), same));
        continue;
      }
      places.put(l.key(), new Place(l.name(), l.digest(), places.size()));
    }
    if (places.isEmpty()) {
      throw new HeadClipException(
          "none of %d references can be used, the first: %s".formatted(all.size(), remarks.get(0)));
    }
    return places;
  }

  private static Iterator<FoldedSums> summed(
      Iterator<Looked> some, Opening opening, Map<String, Place> places) {
    Opened model = Tasks.model(opening);
    FoldedSums sums = new FoldedSums();
    while (some.hasNext()) {
      Looked l = some.next();
      Tensors<HostTensor> tokens =
          ReferenceFitter.withCopies(TokenTaps.of(l.evidence()), l.turned());
      Statistics s = Statistics.of(tokens.get(TokenTaps.TOKENS + 0), model.tokens().compute());
      sums.add(places.get(l.key()).at(), s);
    }
    return List.of(sums).iterator();
  }

  private static Iterator<Looked> judged(
      Iterator<Looked> some,
      Opening opening,
      Map<String, Place> places,
      List<ReferenceScorer> folds) {
    Opened model = Tasks.model(opening);
    return Tasks.mapped(
        some,
        l -> {
          ReferenceScorer other = folds.get(FoldedSums.fold(places.get(l.key()).at()));
          HostTensor distances = other.of(model.tokens().compute(), TokenTaps.of(l.evidence()));
          return l.judged(FoldedSums.judged(l.evidence(), distances));
        });
  }
}
