package dev.headclip.training;

import dev.headclip.dataset.Sample;
import dev.headclip.method.Scores;
import dev.headclip.method.Scoring;
import dev.headclip.method.TrainSettings;
import dev.headclip.metrics.ClassScores;
import dev.headclip.metrics.Figure;
import dev.headclip.metrics.Level;
import dev.headclip.metrics.LevelFigures;
import dev.headclip.metrics.Protocol;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import dev.headclip.training.spi.Frozen;
import dev.headclip.training.spi.Learner;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Figures of the numbers so far on a second data set, at the network's input size. */
final class Validation {
  private final Learner learner;
  private final Supplier<RecordLoader> loader;
  private final TrainingData data;
  private final Scoring scoring;

  Validation(Learner learner, Supplier<RecordLoader> loader, TrainingData data, Scoring scoring) {
    this.learner = learner;
    this.loader = loader;
    this.data = data;
    this.scoring = scoring;
  }

  /**
   * The mean over the classes of each figure that the data can give, exact protocol.
   *
   * @return empty where it was stopped
   */
  Optional<Map<String, Double>> figures(Tensors<HostTensor> numbers, AtomicBoolean stop) {
    Map<String, Long> missing =
        data.samples().stream()
            .collect(Collectors.groupingBy(Sample::category, Collectors.counting()));
    Map<String, ClassScores> open = new HashMap<>();
    Map<String, ClassScores.Result> results = new TreeMap<>();
    try (RecordLoader records = loader.get()) {
      boolean complete =
          CachedScorer.run(
              learner,
              numbers,
              records,
              data,
              stop,
              (i, item, evidence) -> {
                Sample sample = data.samples().get(i);
                String category = sample.category();
                ClassScores to = open.computeIfAbsent(category, c -> new ClassScores());
                add(to, sample, item, evidence);
                if (missing.merge(category, -1L, Long::sum) == 0) {
                  // a class is complete: its pixels make room for the next one's
                  results.put(category, to.result(Protocol.EXACT));
                  open.remove(category).close();
                }
              });
      return complete ? Optional.of(means(results)) : Optional.empty();
    } finally {
      open.values().forEach(ClassScores::close);
    }
  }

  private void add(
      ClassScores to, Sample sample, RecordLoader.Item item, Tensors<HostTensor> evidence) {
    // maps at the network's size: the image's own does not matter
    Scores s = scoring.of(evidence, 0, 0);
    to.add((float) s.score(), sample.anomalous());
    Optional<byte[]> mask = sample.mask().map(m -> mask(item));
    to.addMap(s.map().values(), mask, sample.anomalous(), s.map().width(), s.map().height());
  }

  private static byte[] mask(RecordLoader.Item item) {
    byte[][] found = new byte[1][];
    item.part()
        .read(
            Frozen.MASK,
            b -> {
              byte[] bits = new byte[b.remaining() / 4];
              for (int i = 0; i < bits.length; i++) {
                bits[i] = (byte) b.getFloat(4 * i);
              }
              found[0] = bits;
            });
    return found[0];
  }

  private static Map<String, Double> means(Map<String, ClassScores.Result> classes) {
    List<ClassScores.Result> results = List.copyOf(classes.values());
    Map<String, Double> all = new LinkedHashMap<>();
    for (Level level : Level.values()) {
      LevelFigures mean =
          LevelFigures.mean(level, results.stream().map(r -> r.level(level)).toList());
      mean.values().forEach((f, v) -> all.put(level.key() + "_" + f.key(), v));
    }
    return all;
  }

  /** What {@code --select best} compares: a figure, or the mean of both mAD as far as there. */
  static double chosen(Map<String, Double> figures, TrainSettings.SelectBy by) {
    if (by != TrainSettings.SelectBy.MAD) {
      String key = by.name().toLowerCase(Locale.ROOT);
      return figures.getOrDefault(key, Double.NEGATIVE_INFINITY);
    }
    return figures.entrySet().stream()
        .filter(e -> e.getKey().endsWith("_" + Figure.MAD.key()))
        .mapToDouble(Map.Entry::getValue)
        .average()
        .orElse(Double.NEGATIVE_INFINITY);
  }
}
