package dev.headclip.torch.training;

import ai.djl.ndarray.NDManager;
import dev.headclip.dataset.Sample;
import dev.headclip.detect.JointScore;
import dev.headclip.engine.Prediction;
import dev.headclip.method.Learned;
import dev.headclip.metrics.ClassScores;
import dev.headclip.metrics.Figure;
import dev.headclip.metrics.Level;
import dev.headclip.metrics.LevelFigures;
import dev.headclip.metrics.Protocol;
import dev.headclip.tensor.HostTensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Figures of the numbers so far on a second data set, at the network's input size. */
final class Validation {
  private final Predictor predictor;
  private final Supplier<RecordLoader> loader;
  private final TrainingData data;
  private final JointScore scores;

  Validation(
      Predictor predictor, Supplier<RecordLoader> loader, TrainingData data, JointScore scores) {
    this.predictor = predictor;
    this.loader = loader;
    this.data = data;
    this.scores = scores;
  }

  /**
   * The mean over the classes of each figure that the data can give, exact protocol.
   *
   * @return empty where it was stopped
   */
  Optional<Map<String, Double>> figures(
      NDManager manager, Learned<HostTensor> numbers, AtomicBoolean stop) {
    Map<String, Long> missing =
        data.samples().stream()
            .collect(Collectors.groupingBy(Sample::category, Collectors.counting()));
    Map<String, ClassScores> open = new HashMap<>();
    Map<String, ClassScores.Result> results = new TreeMap<>();
    try (RecordLoader records = loader.get()) {
      boolean complete =
          predictor.run(
              manager,
              numbers,
              records,
              data.samples().size(),
              stop,
              (i, item, p) -> {
                Sample sample = data.samples().get(i);
                String category = sample.category();
                ClassScores to = open.computeIfAbsent(category, c -> new ClassScores());
                add(to, sample, item, p);
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

  private void add(ClassScores to, Sample sample, RecordLoader.Item item, Prediction p) {
    JointScore.Scores s = scores.of(p.global()[0], p.patches()[0]);
    to.add((float) s.joint(), sample.anomalous());
    Optional<byte[]> mask = sample.mask().map(m -> bytes(item.mask().toFloatArray()));
    to.addMap(s.map().values(), mask, sample.anomalous(), s.map().width(), s.map().height());
  }

  private static byte[] bytes(float[] mask) {
    byte[] b = new byte[mask.length];
    for (int i = 0; i < b.length; i++) {
      b[i] = (byte) mask[i];
    }
    return b;
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

  /** What {@code --select best} compares: the mean of image and pixel mAD, as far as there. */
  static double chosen(Map<String, Double> figures) {
    return figures.entrySet().stream()
        .filter(e -> e.getKey().endsWith("_" + Figure.MAD.key()))
        .mapToDouble(Map.Entry::getValue)
        .average()
        .orElse(Double.NEGATIVE_INFINITY);
  }
}
