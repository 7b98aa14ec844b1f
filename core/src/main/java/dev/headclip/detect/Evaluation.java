package dev.headclip.detect;

import dev.headclip.HeadClipException;
import dev.headclip.dataset.MaskReader;
import dev.headclip.dataset.Sample;
import dev.headclip.metrics.Figures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Figures of a detector on annotated images, at the network's input size. */
public final class Evaluation {
  /**
   * Figures of a class.
   *
   * @param images scored
   * @param image of the scores
   * @param pixel of the maps; none without masks
   */
  public record PerClass(int images, Figures image, Figures pixel) {}

  /**
   * All of a data set.
   *
   * @param classes by name
   * @param pooled image figures of all classes taken together, for a common threshold
   */
  public record Result(Map<String, PerClass> classes, Figures pooled) {
    /** The unweighted mean over the classes that have the figure. */
    public OptionalDouble mean(Function<PerClass, OptionalDouble> figure) {
      return classes.values().stream()
          .map(figure)
          .filter(OptionalDouble::isPresent)
          .mapToDouble(OptionalDouble::getAsDouble)
          .average();
    }
  }

  private Evaluation() {}

  /** Scores everything. {@code progress} is told the number of images done. */
  public static Result run(Detector detector, List<Sample> samples, IntConsumer progress) {
    Map<Path, Sample> byImage = new HashMap<>();
    samples.forEach(s -> byImage.put(s.image(), s));
    Map<String, Collected> classes = new LinkedHashMap<>();
    Map<String, Long> missing =
        samples.stream().collect(Collectors.groupingBy(Sample::category, Collectors.counting()));
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
              if (missing.merge(sample.category(), -1L, Long::sum) == 0) {
                // a class is complete: its maps make room for the next one's
                classes.get(sample.category()).condense();
              }
              progress.accept(++done[0]);
            });
    Map<String, PerClass> out = new LinkedHashMap<>();
    classes.forEach((name, c) -> out.put(name, c.figures()));
    return new Result(out, images(classes.values().stream()));
  }

  private static Figures images(Stream<Collected> classes) {
    List<Collected> all = classes.toList();
    float[] scores = new float[all.stream().mapToInt(c -> c.scores.size()).sum()];
    boolean[] labels = new boolean[scores.length];
    int at = 0;
    for (Collected c : all) {
      for (int i = 0; i < c.scores.size(); i++) {
        scores[at] = c.scores.get(i);
        labels[at++] = c.labels.get(i);
      }
    }
    return Figures.of(scores, labels);
  }

  /** Scores and pixels of one class. */
  private static final class Collected {
    private final List<Float> scores = new ArrayList<>();
    private final List<Boolean> labels = new ArrayList<>();
    private final List<float[]> maps = new ArrayList<>();
    private final List<byte[]> masks = new ArrayList<>();
    private Figures pixel = Figures.none();

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

    void condense() {
      pixel = pixels();
      maps.clear();
      masks.clear();
    }

    PerClass figures() {
      return new PerClass(scores.size(), images(Stream.of(this)), pixel);
    }

    private Figures pixels() {
      float[] values = new float[Math.toIntExact(maps.stream().mapToLong(m -> m.length).sum())];
      boolean[] truth = new boolean[values.length];
      int at = 0;
      for (int i = 0; i < maps.size(); i++) {
        System.arraycopy(maps.get(i), 0, values, at, maps.get(i).length);
        for (byte b : masks.get(i)) {
          truth[at++] = b != 0;
        }
      }
      return values.length == 0 ? Figures.none() : Figures.of(values, truth);
    }
  }
}
