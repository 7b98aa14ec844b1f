package dev.headclip.evaluate;

import dev.headclip.HeadClipException;
import dev.headclip.dataset.AnnotatedSet;
import dev.headclip.dataset.DataCheck;
import dev.headclip.dataset.MaskReader;
import dev.headclip.dataset.Sample;
import dev.headclip.detect.Detection;
import dev.headclip.detect.Detections;
import dev.headclip.detect.Detector;
import dev.headclip.detect.ImageSource;
import dev.headclip.detect.Outcome;
import dev.headclip.detect.StreamSettings;
import dev.headclip.image.ImageLoader;
import dev.headclip.map.AnomalyMap;
import dev.headclip.method.ClassName;
import dev.headclip.method.Scores;
import dev.headclip.method.Scoring;
import dev.headclip.metrics.ClassScores;
import dev.headclip.metrics.MetricsReport;
import dev.headclip.metrics.PixelScores;
import dev.headclip.metrics.Protocol;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A model on an annotated data set: first the network on every image, then all figures. */
public final class Evaluation {
  /** At which size maps and masks are compared (docs/spec/metrics.md section 4). */
  public enum Resolution {
    /** The network's input, as AnomalyCLIP does. */
    NETWORK,
    /** The image's own. */
    ORIGINAL
  }

  /**
   * One image's scores.
   *
   * @param sample the image
   * @param joint S of Eq. 8
   * @param global S_global
   * @param local S_local
   * @param ms spent in the network and around it
   */
  public record Scored(Sample sample, double joint, double global, double local, double ms) {}

  /**
   * What came out.
   *
   * @param reports per protocol
   * @param scores of all images, in the order of the data set
   * @param curves per class of the pixels
   * @param failed images that could not be read, or whose mask could not, with the reason
   * @param notes what was done to masks, and to how many
   */
  public record Result(
      Map<Protocol, MetricsReport> reports,
      List<Scored> scores,
      Map<String, List<PixelScores.Point>> curves,
      Map<Path, String> failed,
      Map<MaskReader.Note, Integer> notes) {
    public Result {
      reports = Collections.unmodifiableMap(new EnumMap<>(reports));
      scores = List.copyOf(scores);
      curves = Collections.unmodifiableMap(new LinkedHashMap<>(curves));
      failed = Collections.unmodifiableMap(new LinkedHashMap<>(failed));
      notes = Collections.unmodifiableMap(new LinkedHashMap<>(notes));
    }
  }

  private Evaluation() {}

  /**
   * Runs the network on all images that the journal does not hold.
   *
   * @param stop asked before every image; what is done stays in the journal
   * @param progress told the number of images in the journal
   * @return images that could not be read, with the reason
   */
  public static Map<Path, String> predict(
      Detector detector,
      AnnotatedSet set,
      PredictionJournal journal,
      AtomicBoolean stop,
      IntConsumer progress) {
    Set<Integer> there = detector.ordered() ? whole(detector, set, journal) : journal.indices();
    List<Integer> todo =
        IntStream.range(0, set.samples().size()).filter(i -> !there.contains(i)).boxed().toList();
    Map<Path, String> failed = new LinkedHashMap<>();
    int done = there.size();
    progress.accept(done);
    List<ImageSource> images =
        todo.stream().map(i -> source(detector, set.samples().get(i))).toList();
    Iterator<Integer> index = todo.iterator();
    try (Detections<Outcome> found = detector.stream(images, StreamSettings.defaults())) {
      while (found.hasNext()) {
        if (stop.get()) {
          found.cancel();
        }
        if (!found.hasNext()) {
          break;
        }
        Outcome o = found.next();
        int i = index.next();
        if (o instanceof Outcome.Failed f) {
          failed.put(set.samples().get(i).image(), f.error());
        } else if (o instanceof Outcome.Scored s) {
          Detection d = s.detection();
          journal.add(
              i, new Prediction(d.evidence(), d.width(), d.height(), (float) d.milliseconds()));
        }
        progress.accept(++done);
      }
    }
    return failed;
  }

  /** The images of classes that are complete: where each result depends on those before it. */
  private static Set<Integer> whole(
      Detector detector, AnnotatedSet set, PredictionJournal journal) {
    Set<Integer> there = journal.indices();
    Map<ClassName, Boolean> complete = new HashMap<>();
    for (int i = 0; i < set.samples().size(); i++) {
      complete.merge(shown(detector, set.samples().get(i)), there.contains(i), Boolean::logicalAnd);
    }
    return there.stream()
        .filter(i -> complete.get(shown(detector, set.samples().get(i))))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static ImageSource source(Detector detector, Sample s) {
    return ImageSource.of(s.image()).withClass(shown(detector, s));
  }

  /** What the data set says that an image shows, unless somebody named a class for all. */
  private static ClassName shown(Detector detector, Sample s) {
    return detector.className().orElseGet(() -> new ClassName(s.category()));
  }

  /**
   * All figures from predictions.
   *
   * @param scoring how they become scores and maps
   * @param protocols wanted
   * @param progress told the number of images judged, from several threads
   */
  public static Result judge(
      AnnotatedSet set,
      String method,
      Predictions predictions,
      Scoring scoring,
      Resolution resolution,
      List<Protocol> protocols,
      Map<Path, String> failed,
      Runnable progress) {
    Map<String, List<Integer>> classes = new LinkedHashMap<>();
    for (int i : predictions.indices()) {
      classes.computeIfAbsent(set.samples().get(i).category(), c -> new ArrayList<>()).add(i);
    }
    Map<Integer, Scored> all = Collections.synchronizedMap(new TreeMap<>());
    Map<Protocol, Map<String, ClassScores.Result>> results = new EnumMap<>(Protocol.class);
    protocols.forEach(p -> results.put(p, new LinkedHashMap<>()));
    Map<String, List<PixelScores.Point>> curves = new LinkedHashMap<>();
    Map<Path, String> broken = Collections.synchronizedMap(new TreeMap<>());
    Queue<MaskReader.Note> notes = new ConcurrentLinkedQueue<>();
    classes.forEach(
        (name, indices) -> {
          try (ClassScores one = new ClassScores()) {
            IntStream.range(0, indices.size())
                .parallel()
                .map(indices::get)
                .forEach(
                    i -> {
                      Sample s = set.samples().get(i);
                      try {
                        Scored scored =
                            judge(s, predictions.get(i), scoring, resolution, one, notes);
                        all.put(i, scored);
                      } catch (HeadClipException e) {
                        broken.put(s.image(), e.getMessage());
                      }
                      progress.run();
                    });
            // in a fixed order, whatever the threads did
            List<Integer> good = indices.stream().filter(all::containsKey).toList();
            if (good.isEmpty()) {
              return;
            }
            good.forEach(i -> one.add((float) all.get(i).joint(), all.get(i).sample().anomalous()));
            results.forEach((p, r) -> r.put(name, one.result(p)));
            List<PixelScores.Point> curve = one.pixelCurve();
            if (!curve.isEmpty()) {
              curves.put(name, curve);
            }
          }
        });
    Map<Protocol, MetricsReport> reports = new EnumMap<>(Protocol.class);
    results.forEach((p, r) -> reports.put(p, new MetricsReport(set.name(), method, p, r)));
    Map<Path, String> left = new LinkedHashMap<>(failed);
    left.putAll(broken);
    return new Result(
        reports, List.copyOf(all.values()), curves, left, DataCheck.counts(notes.stream()));
  }

  private static Scored judge(
      Sample s,
      Prediction p,
      Scoring scoring,
      Resolution resolution,
      ClassScores to,
      Queue<MaskReader.Note> notes) {
    Scores found = scoring.of(p.evidence(), p.width(), p.height());
    if (s.mask().isPresent() || !s.anomalous()) {
      AnomalyMap map =
          resolution == Resolution.ORIGINAL
              ? found.map().resize(p.width(), p.height())
              : found.map();
      Optional<MaskReader.Read> mask = s.mask().map(m -> mask(s, m));
      mask.ifPresent(m -> notes.addAll(m.notes()));
      to.addMap(
          map.values(),
          mask.map(m -> MaskReader.resized(m.mask(), map.width(), map.height())),
          s.anomalous(),
          map.width(),
          map.height());
    } else {
      to.addMap(new float[0], Optional.empty(), true, 0, 0);
    }
    return new Scored(s, found.score(), found.global(), found.local(), p.ms());
  }

  /** A sample's mask, as its image is seen. */
  static MaskReader.Read mask(Sample s, Path mask) {
    ImageLoader loader = ImageLoader.defaults();
    return MaskReader.read(loader, mask, loader.header(s.image()));
  }
}
