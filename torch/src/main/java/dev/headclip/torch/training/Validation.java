package dev.headclip.torch.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.headclip.clip.ClipConfig;
import dev.headclip.dataset.Sample;
import dev.headclip.detect.JointScore;
import dev.headclip.method.HeadClip;
import dev.headclip.method.HeadClip.ImageFeatures;
import dev.headclip.method.Learned;
import dev.headclip.method.PromptIds;
import dev.headclip.metrics.ClassScores;
import dev.headclip.metrics.Figure;
import dev.headclip.metrics.Level;
import dev.headclip.metrics.LevelFigures;
import dev.headclip.metrics.Protocol;
import dev.headclip.tensor.HostTensor;
import dev.headclip.torch.TorchOps;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Figures of the numbers so far on a second data set, at the network's input size. */
final class Validation {
  private final HeadClip<NDArray> net;
  private final PromptIds ids;
  private final FrozenPart part;
  private final Supplier<RecordLoader> loader;
  private final TrainingData data;
  private final JointScore scores;

  Validation(
      HeadClip<NDArray> net,
      PromptIds ids,
      FrozenPart part,
      Supplier<RecordLoader> loader,
      TrainingData data,
      ClipConfig config) {
    this.net = net;
    this.ids = ids;
    this.part = part;
    this.loader = loader;
    this.data = data;
    this.scores = new JointScore(net.settings(), config.grid(net.settings().imageSize()));
  }

  /** The mean over the classes of each figure that the data can give, exact protocol. */
  Map<String, Double> figures(NDManager manager, Learned<HostTensor> numbers) {
    Map<String, ClassScores> classes = new TreeMap<>();
    try (TorchOps text = new TorchOps(manager);
        RecordLoader records = loader.get()) {
      Learned<NDArray> learned = numbers.map(text::constant);
      NDArray words = net.textFeatures(text, ids, learned);
      records.start(IntStream.range(0, data.samples().size()).boxed().toList());
      for (Sample s : data.samples()) {
        try (RecordLoader.Item item = records.next()) {
          score(
              manager,
              item,
              s,
              words,
              learned.headWeights(),
              classes.computeIfAbsent(s.category(), c -> new ClassScores()));
        }
      }
      return means(classes);
    } finally {
      classes.values().forEach(ClassScores::close);
    }
  }

  private void score(
      NDManager manager,
      RecordLoader.Item item,
      Sample sample,
      NDArray words,
      Optional<NDArray> headWeights,
      ClassScores to) {
    try (TorchOps ops = new TorchOps(manager)) {
      ImageFeatures<NDArray> f = part.features(ops, List.of(item.record()), headWeights);
      float global = net.abnormal(ops, net.probability(ops, f.global(), words)).toFloatArray()[0];
      float[] patches = net.meanAbnormal(ops, f.local(), words).toFloatArray();
      JointScore.Scores s = scores.of(global, patches);
      to.add((float) s.joint(), sample.anomalous());
      Optional<byte[]> mask = sample.mask().map(m -> bytes(item.mask().toFloatArray()));
      to.addMap(s.map().values(), mask, sample.anomalous(), s.map().width(), s.map().height());
    }
  }

  private static byte[] bytes(float[] mask) {
    byte[] b = new byte[mask.length];
    for (int i = 0; i < b.length; i++) {
      b[i] = (byte) mask[i];
    }
    return b;
  }

  private static Map<String, Double> means(Map<String, ClassScores> classes) {
    List<ClassScores.Result> results =
        classes.values().stream().map(c -> c.result(Protocol.EXACT)).toList();
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
