package dev.headclip.detect;

import dev.headclip.HeadClipException;
import dev.headclip.method.Scoring;
import dev.headclip.reference.BatchFitter;
import dev.headclip.reference.NormalEnds;
import dev.headclip.reference.ReferenceScoring;
import dev.headclip.reference.ReferenceSettings;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Unlabelled images of one kind, scored among themselves: all are looked at once, then judged by
 * one another. What was found says that the batch itself was used.
 */
public final class Batch {
  private final Detector detector;
  private final ReferenceSettings settings;
  private final List<Item> items = new ArrayList<>();

  /** An image of it, in their order. */
  private sealed interface Item {
    ImageSource source();

    record Failed(ImageSource source, String error) implements Item {}

    /** Its evidence waits elsewhere. */
    record Seen(ImageSource source, Look.Seen look) implements Item {}
  }

  /** What is told of how far it is. */
  public interface Progress {
    /** Nothing is told. */
    static Progress none() {
      return (step, done, all) -> {};
    }

    /**
     * @param step "looking" at images, or "comparing" them
     */
    void at(String step, int done, int all);
  }

  Batch(Detector tapped, ReferenceSettings settings) {
    this.detector = tapped;
    this.settings = settings;
  }

  /**
   * What became of a batch.
   *
   * @param outcomes of all images, in their order, each computed when it is asked for; none after a
   *     stop
   * @param remarks one line each
   * @param stopped whether somebody wanted to stop before the end
   */
  public record Result(List<Outcome> outcomes, List<String> remarks, boolean stopped) {
    public Result {
      remarks = List.copyOf(remarks);
    }

    /**
     * What is made of each outcome, from several threads, in their order.
     *
     * @param consumer takes what was made, in the caller's thread; false to stop
     */
    public <R> void each(Function<Outcome, R> finish, Predicate<R> consumer) {
      int threads = StreamSettings.defaults().threads();
      try (InOrder<Outcome, R> all = new InOrder<>(outcomes, threads, finish)) {
        while (all.hasNext() && consumer.test(all.next())) {
          // goes on
        }
      }
    }
  }

  /**
   * Scores images among themselves.
   *
   * @param stop set by whoever wants to stop
   * @throws HeadClipException where fewer than two can be read
   */
  public Result of(List<ImageSource> images, Progress progress, AtomicBoolean stop) {
    try (BatchFitter fitter = new BatchFitter(settings, detector.tapped(), detector.compute())) {
      if (!look(images, fitter, progress, stop)) {
        return new Result(List.of(), List.of(), true);
      }
      ReferenceScoring scoring = detector.scoringAgainst(settings, NormalEnds.unknown());
      int steps = fitter.steps();
      BatchFitter.Judged judged =
          fitter.judge(
              scoring,
              done -> {
                if (stop.get()) {
                  throw new Stopped();
                }
                progress.at("comparing", done, steps);
              });
      return new Result(
          outcomes(judged, detector.scoringOfParts(scoring.with(judged.ends()))),
          judged.remarks(),
          false);
    } catch (Stopped e) {
      return new Result(List.of(), List.of(), true);
    }
  }

  private static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1;

    Stopped() {
      super("stopped", null, false, false);
    }
  }

  private boolean look(
      List<ImageSource> images, BatchFitter fitter, Progress progress, AtomicBoolean stop) {
    try (Detections<Looked> found = detector.looks(images, StreamSettings.defaults(), l -> l)) {
      while (found.hasNext()) {
        if (stop.get()) {
          return false;
        }
        Looked one = found.next();
        if (one instanceof Looked.Seen s) {
          fitter.add(s.source().id(), s.evidence());
          items.add(new Item.Seen(s.source(), s.look().without()));
        } else if (one instanceof Looked.Failed f) {
          items.add(new Item.Failed(f.source(), f.error()));
        }
        progress.at("looking", items.size(), images.size());
      }
    }
    return true;
  }

  /** Computed when it is asked for: maps of all images together would fill the memory. */
  private List<Outcome> outcomes(BatchFitter.Judged judged, Scoring scoring) {
    List<Integer> places = new ArrayList<>();
    int seen = 0;
    for (Item item : items) {
      places.add(seen);
      seen += item instanceof Item.Seen ? 1 : 0;
    }
    return new AbstractList<>() {
      @Override
      public Outcome get(int i) {
        return items.get(i) instanceof Item.Seen image
            ? scored(image, judged.evidence().get(places.get(i)), scoring)
            : new Outcome.Failed(items.get(i).source(), ((Item.Failed) items.get(i)).error());
      }

      @Override
      public int size() {
        return items.size();
      }
    };
  }

  private Outcome scored(Item.Seen image, Tensors<HostTensor> evidence, Scoring scoring) {
    Detection d = detector.compared(image.look(), evidence, scoring);
    return new Outcome.Scored(image.source(), d, Optional.empty());
  }
}
