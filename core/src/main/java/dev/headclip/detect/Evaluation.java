package dev.headclip.detect;

import dev.headclip.HeadClipException;
import dev.headclip.dataset.MaskReader;
import dev.headclip.dataset.Sample;
import dev.headclip.metrics.Auroc;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.IntConsumer;

/** AUROC of a detector on annotated images, per class, at the network's input size. */
public final class Evaluation {
  /**
   * Figures of a class.
   *
   * @param images scored
   * @param imageAuroc of the scores; empty with one label only
   * @param pixelAuroc of the maps; empty without masks
   */
  public record Figures(int images, OptionalDouble imageAuroc, OptionalDouble pixelAuroc) {}

  private Evaluation() {}

  /** Scores everything. {@code progress} is told the number of images done. */
  public static Map<String, Figures> run(
      Detector detector, List<Sample> samples, IntConsumer progress) {
    Map<Path, Sample> byImage = new HashMap<>();
    samples.forEach(s -> byImage.put(s.image(), s));
    Map<String, Collected> classes = new LinkedHashMap<>();
    int[] done = new int[1];
    new DetectionStream<>(detector, false, Function.<Outcome>identity())
        .run(
            samples.stream().map(Sample::image).toList(),
            o -> {
              if (o instanceof Outcome.Failed f) {
                throw new HeadClipException("%s: %s".formatted(f.image(), f.error()));
              }
              Outcome.Scored s = (Outcome.Scored) o;
              Sample sample = byImage.get(s.image());
              classes
                  .computeIfAbsent(sample.category(), c -> new Collected())
                  .add(detector, sample, s.detection());
              progress.accept(++done[0]);
            });
    Map<String, Figures> out = new LinkedHashMap<>();
    classes.forEach((name, c) -> out.put(name, c.figures()));
    return out;
  }

  /** The unweighted mean over classes that have a figure. */
  public static Figures mean(Collection<Figures> classes) {
    return new Figures(
        classes.stream().mapToInt(Figures::images).sum(),
        mean(classes, Figures::imageAuroc),
        mean(classes, Figures::pixelAuroc));
  }

  private static OptionalDouble mean(
      Collection<Figures> classes, Function<Figures, OptionalDouble> figure) {
    return classes.stream()
        .map(figure)
        .filter(OptionalDouble::isPresent)
        .mapToDouble(OptionalDouble::getAsDouble)
        .average();
  }

  /** Scores and pixels of one class. */
  private static final class Collected {
    private final List<Float> scores = new ArrayList<>();
    private final List<Boolean> labels = new ArrayList<>();
    private final List<float[]> maps = new ArrayList<>();
    private final List<byte[]> masks = new ArrayList<>();

    void add(Detector detector, Sample sample, Detection d) {
      scores.add((float) d.score());
      labels.add(sample.anomalous());
      // an anomalous image without mask says nothing about pixels
      if (sample.mask().isPresent() || !sample.anomalous()) {
        maps.add(d.map().values());
        masks.add(
            sample
                .mask()
                .map(m -> MaskReader.square(detector.loader(), m, d.map().width()))
                .orElseGet(() -> new byte[d.map().values().length]));
      }
    }

    Figures figures() {
      float[] s = new float[scores.size()];
      boolean[] l = new boolean[s.length];
      for (int i = 0; i < s.length; i++) {
        s[i] = scores.get(i);
        l[i] = labels.get(i);
      }
      return new Figures(s.length, Auroc.of(s, l), pixels());
    }

    private OptionalDouble pixels() {
      int n = maps.stream().mapToInt(m -> m.length).sum();
      float[] values = new float[n];
      boolean[] truth = new boolean[n];
      int at = 0;
      for (int i = 0; i < maps.size(); i++) {
        System.arraycopy(maps.get(i), 0, values, at, maps.get(i).length);
        for (byte b : masks.get(i)) {
          truth[at++] = b != 0;
        }
      }
      return n == 0 ? OptionalDouble.empty() : Auroc.of(values, truth);
    }
  }
}
