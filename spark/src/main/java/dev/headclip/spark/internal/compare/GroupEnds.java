package dev.headclip.spark.internal.compare;

import dev.headclip.reference.BatchEnds;
import dev.headclip.reference.NormalEnds;
import dev.headclip.reference.ReferenceScoring;
import dev.headclip.reference.SampledScores;
import dev.headclip.spark.internal.model.Opening;
import dev.headclip.spark.internal.score.Tasks;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;

/**
 * Where the normal images of each group end: a shuffle of scores and of a million sampled pixels a
 * group at most.
 *
 * @param alone whether the method's own results play no part
 * @param readable images of each group
 */
record GroupEnds(Opening opening, boolean alone, Map<String, Long> readable) {
  /** Samples of an image before and after its scores are joined with the method's own. */
  private record Both(SampledScores.Image apart, SampledScores.Image joined)
      implements Serializable {
    private static final long serialVersionUID = 1;
  }

  /** Of all groups. */
  Map<String, NormalEnds> of(JavaRDD<Looked> judged) {
    boolean same = alone;
    JavaPairRDD<String, Looked> seen =
        judged.filter(Looked::seen).mapToPair(l -> new Tuple2<>(l.group(), l));
    Map<String, NormalEnds> found =
        new HashMap<>(
            seen.mapValues(Looked::sample)
                .groupByKey()
                .mapValues(all -> BatchEnds.of(same, samples(all)))
                .collectAsMap());
    return alone ? found : joined(seen, found);
  }

  private Map<String, NormalEnds> joined(
      JavaPairRDD<String, Looked> seen, Map<String, NormalEnds> found) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(seen.context());
    Broadcast<Map<String, NormalEnds>> apart = context.broadcast(found);
    Map<String, Long> images = readable;
    Opening same = opening;
    return new HashMap<>(
        seen.values()
            .mapPartitionsToPair(
                all -> {
                  ReferenceScoring scoring = Tasks.model(same).unjoined();
                  return Tasks.mapped(
                      all,
                      l -> {
                        ReferenceScoring with = scoring.with(apart.value().get(l.group()));
                        long n = images.get(l.group());
                        return new Tuple2<>(
                            l.group(),
                            new Both(l.sample(), SampledScores.Image.of(with, l.evidence(), n)));
                      });
                })
            .groupByKey()
            .mapToPair(
                of -> {
                  List<SampledScores.Image> before = new ArrayList<>();
                  List<SampledScores.Image> after = new ArrayList<>();
                  of._2()
                      .forEach(
                          b -> {
                            before.add(b.apart());
                            after.add(b.joined());
                          });
                  return new Tuple2<>(
                      of._1(),
                      BatchEnds.joined(
                          apart.value().get(of._1()),
                          new SampledScores(before),
                          new SampledScores(after)));
                })
            .collectAsMap());
  }

  private static SampledScores samples(Iterable<SampledScores.Image> all) {
    List<SampledScores.Image> list = new ArrayList<>();
    all.forEach(list::add);
    return new SampledScores(list);
  }
}
