package dev.headclip.evaluate;

import dev.headclip.HeadClipException;
import dev.headclip.dataset.AnnotatedSet;
import dev.headclip.dataset.NormalPool;
import dev.headclip.dataset.Sample;
import dev.headclip.detect.Comparer;
import dev.headclip.detect.Detection;
import dev.headclip.detect.Detections;
import dev.headclip.detect.ImageSource;
import dev.headclip.detect.Outcome;
import dev.headclip.detect.StreamSettings;
import dev.headclip.method.ClassName;
import dev.headclip.method.Scoring;
import dev.headclip.metrics.ClassScores;
import dev.headclip.metrics.MetricsReport;
import dev.headclip.metrics.Protocol;
import dev.headclip.reference.BatchFitter;
import dev.headclip.reference.ReferenceModel;
import dev.headclip.reference.ReferenceScorer;
import dev.headclip.reference.TokenSpool;
import dev.headclip.reference.TokenTaps;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;

/**
 * A model on an annotated set, class by class: zero-shot, against k normal references of the class
 * drawn by a seed, or the class's images as a batch. References are never judged. The network runs
 * once for each image, whatever the number of rounds.
 */
public final class ReferenceEvaluation {
  /**
   * One way to judge the set.
   *
   * @param references of each class; 0 for none
   * @param seed that draws them
   * @param batch whether the class's images judge one another instead
   */
  public record Round(int references, long seed, boolean batch) {
    /** Zero-shot. */
    public static Round zero() {
      return new Round(0, 0, false);
    }

    /** Against references. */
    public static Round of(int references, long seed) {
      return new Round(references, seed, false);
    }

    /** Each class as a batch. */
    public static Round batched() {
      return new Round(0, 0, true);
    }

    /** Without its seed: rounds that are averaged. */
    public String name() {
      return batch ? "batched" : references == 0 ? "zero-shot" : references + "-shot";
    }
  }

  /**
   * What came out.
   *
   * @param reports of each round
   * @param failed images that could not be read, with the reason
   * @param remarks one line each
   */
  public record Result(
      Map<Round, MetricsReport> reports, Map<Path, String> failed, List<String> remarks) {}

  private final Comparer comparer;
  private final AnnotatedSet set;
  private final List<Round> rounds;
  private final Protocol protocol;
  private final Evaluation.Resolution resolution;
  private final Map<Path, String> failed = new LinkedHashMap<>();
  private final List<String> remarks = new ArrayList<>();

  private ReferenceEvaluation(
      Comparer comparer,
      AnnotatedSet set,
      List<Round> rounds,
      Protocol protocol,
      Evaluation.Resolution resolution) {
    this.comparer = comparer;
    this.set = set;
    this.rounds = List.copyOf(rounds);
    this.protocol = protocol;
    this.resolution = resolution;
  }

  /**
   * All rounds.
   *
   * @param kept classes that were done before; those of this run are added
   * @param stop asked before every image
   * @param progress told the number of images looked at
   */
  public static Result of(
      Comparer comparer,
      AnnotatedSet set,
      List<Round> rounds,
      Protocol protocol,
      Evaluation.Resolution resolution,
      KeptClasses kept,
      AtomicBoolean stop,
      IntConsumer progress) {
    Map<Round, Map<String, ClassScores.Result>> results = new LinkedHashMap<>();
    rounds.forEach(r -> results.put(r, new LinkedHashMap<>()));
    Map<Path, String> failed = new LinkedHashMap<>();
    List<String> remarks = new ArrayList<>();
    Map<String, List<Sample>> classes = new LinkedHashMap<>();
    set.samples()
        .forEach(s -> classes.computeIfAbsent(s.category(), c -> new ArrayList<>()).add(s));
    int done = 0;
    for (Map.Entry<String, List<Sample>> c : classes.entrySet()) {
      int before = done;
      Optional<FinishedClass> there = kept.get(c.getKey());
      FinishedClass found =
          there.orElseGet(
              () ->
                  new ReferenceEvaluation(comparer, set, rounds, protocol, resolution)
                      .category(c.getKey(), c.getValue(), stop, n -> progress.accept(before + n)));
      done += c.getValue().size();
      progress.accept(done);
      if (there.isEmpty() && !stop.get()) {
        kept.put(c.getKey(), found);
      }
      found.results().forEach((round, r) -> results.get(round).put(c.getKey(), r));
      failed.putAll(found.failed());
      remarks.addAll(found.remarks());
      if (stop.get()) {
        break;
      }
    }
    Map<Round, MetricsReport> reports = new LinkedHashMap<>();
    results.forEach(
        (round, of) ->
            reports.put(
                round,
                new MetricsReport(
                    set.name(),
                    "%s, %s".formatted(comparer.model().method(), round.name()),
                    protocol,
                    of)));
    return new Result(reports, failed, remarks);
  }

  private FinishedClass category(
      String name, List<Sample> samples, AtomicBoolean stop, IntConsumer progress) {
    ClassName shown = comparer.detector().className().orElseGet(() -> new ClassName(name));
    Map<Round, ClassScores.Result> results = new LinkedHashMap<>();
    try (TokenSpool spool = new TokenSpool()) {
      List<Sample> seen = new ArrayList<>();
      List<Prediction> own = look(samples, shown, spool, seen, stop, progress);
      NormalPool pool = NormalPool.of(set, name);
      for (Round round : stop.get() || seen.isEmpty() ? List.<Round>of() : rounds) {
        try {
          judge(name, round, pool, shown, seen, own, spool).ifPresent(r -> results.put(round, r));
        } catch (HeadClipException e) {
          remarks.add("%s, %s: %s".formatted(name, round.name(), e.getMessage()));
        }
      }
    }
    return new FinishedClass(results, failed, remarks);
  }

  /** Runs the network on a class. */
  private List<Prediction> look(
      List<Sample> samples,
      ClassName shown,
      TokenSpool spool,
      List<Sample> seen,
      AtomicBoolean stop,
      IntConsumer progress) {
    List<Prediction> all = new ArrayList<>();
    Map<ImageSource, Sample> of = new java.util.IdentityHashMap<>();
    List<ImageSource> sources = new ArrayList<>();
    for (Sample s : samples) {
      ImageSource source = ImageSource.of(s.image()).withClass(shown);
      of.put(source, s);
      sources.add(source);
    }
    int done = 0;
    try (Detections<Outcome> outcomes =
        comparer.detector().stream(sources, StreamSettings.defaults())) {
      while (outcomes.hasNext() && !stop.get()) {
        Outcome o = outcomes.next();
        Sample s = of.get(o.source());
        if (o instanceof Outcome.Failed f) {
          failed.put(s.image(), f.error());
        } else if (o instanceof Outcome.Scored scored) {
          Detection d = scored.detection();
          Tensors<HostTensor> evidence = d.evidence();
          spool.add(TokenTaps.of(evidence));
          all.add(
              new Prediction(
                  TokenTaps.without(evidence), d.width(), d.height(), (float) d.milliseconds()));
          seen.add(s);
        }
        progress.accept(++done);
      }
    }
    return all;
  }

  private Optional<ClassScores.Result> judge(
      String name,
      Round round,
      NormalPool pool,
      ClassName shown,
      List<Sample> seen,
      List<Prediction> own,
      TokenSpool spool) {
    if (round.batch()) {
      try (BatchFitter fitter = comparer.batch()) {
        for (int i = 0; i < seen.size(); i++) {
          fitter.add(seen.get(i).image().toString(), own.get(i).evidence().and(spool.get(i)));
        }
        BatchFitter.Judged judged = fitter.judge(comparer.scoring(), n -> {});
        List<Prediction> all = new ArrayList<>();
        for (int i = 0; i < seen.size(); i++) {
          all.add(with(own.get(i), judged.evidence().get(i)));
        }
        return report(name, seen, all, comparer.scoring(judged.ends()));
      }
    }
    if (round.references() == 0) {
      return report(name, seen, own, comparer.model().scoring());
    }
    List<Path> drawn = pool.drawn(round.references(), round.seed());
    if (drawn.size() < round.references()) {
      throw new HeadClipException(
          "%d normal images, expected at least %d".formatted(drawn.size(), round.references()));
    }
    ReferenceModel model =
        comparer.fit(drawn.stream().map(p -> ImageSource.of(p).withClass(shown)).toList()).model();
    Set<Path> references = new HashSet<>(drawn);
    List<Sample> judged = new ArrayList<>();
    List<Prediction> all = new ArrayList<>();
    for (int i = 0; i < seen.size(); i++) {
      if (references.contains(seen.get(i).image())) {
        continue;
      }
      HostTensor distances =
          comparer.compute().run(model.scorer(), spool.get(i)).get(ReferenceScorer.DISTANCE);
      judged.add(seen.get(i));
      all.add(with(own.get(i), own.get(i).evidence().with(ReferenceScorer.DISTANCE, distances)));
    }
    return report(name, judged, all, comparer.scoring(model.ends()));
  }

  private static Prediction with(Prediction p, Tensors<HostTensor> evidence) {
    return new Prediction(evidence, p.width(), p.height(), p.ms());
  }

  private Optional<ClassScores.Result> report(
      String name, List<Sample> samples, List<Prediction> all, Scoring scoring) {
    AnnotatedSet part = new AnnotatedSet(set.name(), set.root(), set.known(), samples);
    Evaluation.Result r =
        Evaluation.judge(
            part,
            comparer.model().method(),
            Predictions.of(all),
            scoring,
            resolution,
            List.of(protocol),
            Map.of(),
            () -> {});
    failed.putAll(r.failed());
    return Optional.ofNullable(r.reports().get(protocol).classes().get(name));
  }
}
