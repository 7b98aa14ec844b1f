package dev.headclip.pretrain;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.headclip.HeadClipException;
import dev.headclip.clip.ClipNames;
import dev.headclip.tensor.HostTensor;
import dev.headclip.torch.TorchWeights;
import dev.headclip.weights.SafetensorsFile;
import dev.headclip.weights.SafetensorsWriter;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Weights in pretraining, their average, the optimizer's moments, and their checkpoint. */
final class PretrainState {
  private static final double B1 = 0.9;
  private static final double B2 = 0.99;

  private final Map<String, NDArray> leaves = new LinkedHashMap<>();
  private final Map<String, NDArray> averages = new LinkedHashMap<>();
  private final Map<String, NDArray> first = new LinkedHashMap<>();
  private final Map<String, NDArray> second = new LinkedHashMap<>();
  private TorchWeights weights = TorchWeights.of(Map.of());
  private TorchWeights teacher = TorchWeights.of(Map.of());
  private int step;

  private PretrainState() {}

  TorchWeights weights() {
    return weights;
  }

  /** The average of the weights; nothing is learned there. */
  TorchWeights teacher() {
    return teacher;
  }

  /** Updates so far. */
  int step() {
    return step;
  }

  static PretrainState start(NDManager manager, Map<String, HostTensor> initial) {
    PretrainState s = new PretrainState();
    initial.forEach(
        (name, t) -> {
          Shape shape = new Shape(t.shape());
          s.leaves.put(name, manager.create(t.data(), shape));
          s.averages.put(name, manager.create(t.data(), shape));
          s.first.put(name, manager.zeros(shape));
          s.second.put(name, manager.zeros(shape));
        });
    s.leaves.forEach((name, x) -> x.setRequiresGradient(!name.equals(ClipNames.LOGIT_SCALE)));
    s.weights = TorchWeights.of(s.leaves);
    s.teacher = TorchWeights.of(s.averages);
    return s;
  }

  void update(Shards shards, double rate, double clipNorm, double decay) {
    step++;
    double squares = 0;
    for (NDArray x : leaves.values()) {
      if (x.hasGradient()) {
        try (NDArray g = x.getGradient();
            NDArray norm = g.norm()) {
          double n = norm.getFloat();
          squares += n * n;
        }
      }
    }
    if (!Double.isFinite(squares)) {
      throw new HeadClipException(
          "the gradient is not a number at step %d; lower lr, the last checkpoint is good"
              .formatted(step));
    }
    double scale = Math.min(1, clipNorm / Math.max(1e-12, Math.sqrt(squares)));
    double corrected = rate * Math.sqrt(1 - Math.pow(B2, step)) / (1 - Math.pow(B1, step));
    List<Runnable> tasks = new ArrayList<>();
    leaves.forEach(
        (name, x) -> {
          if (x.hasGradient()) {
            tasks.add(() -> update(name, x, rate, corrected, decay, scale));
          }
        });
    shards.all(tasks);
  }

  private void update(
      String name, NDArray x, double rate, double corrected, double decay, double scale) {
    try (NDArray g = x.getGradient()) {
      boolean matrix = x.getShape().dimension() > 1 && !name.contains("embedding");
      if (matrix && name.contains("layers")) {
        Muon.update(x, g, first.get(name), rate, decay, scale);
        g.muli(0);
        return;
      }
      x.getNDArrayInternal()
          .adamUpdate(
              new NDList(x, g, first.get(name), second.get(name)),
              new NDList(x),
              (float) rate,
              (float) corrected,
              (float) (matrix ? decay : 0),
              (float) scale,
              -1,
              (float) B1,
              (float) B2,
              1e-8f,
              true,
              true);
      g.muli(0);
    }
  }

  void average(double keep) {
    averages.forEach(
        (name, a) -> {
          a.muli(keep);
          try (NDArray now = leaves.get(name).stopGradient();
              NDArray part = now.mul(1 - keep)) {
            a.addi(part);
          }
        });
  }

  Map<String, HostTensor> averaged() {
    return host("", averages);
  }

  private static Map<String, HostTensor> host(String prefix, Map<String, NDArray> arrays) {
    Map<String, HostTensor> all = new LinkedHashMap<>();
    arrays.forEach(
        (n, x) -> all.put(prefix + n, new HostTensor(x.getShape().getShape(), x.toFloatArray())));
    return all;
  }

  void save(Path file, String fingerprint) {
    Map<String, HostTensor> all = host("weights/", leaves);
    all.putAll(host("average/", averages));
    all.putAll(host("first/", first));
    all.putAll(host("second/", second));
    SafetensorsWriter.write(
        file, all, Map.of("step", String.valueOf(step), "fingerprint", fingerprint), false);
  }

  void load(Path file, String fingerprint) {
    try (SafetensorsFile f = SafetensorsFile.open(file)) {
      String found = f.metadata().getOrDefault("fingerprint", "");
      if (!found.equals(fingerprint)) {
        throw new HeadClipException(
            "%s: checkpoint of another run (%s), expected %s; use another folder"
                .formatted(file, found, fingerprint));
      }
      step = Integer.parseInt(f.metadata().get("step"));
      for (Map.Entry<String, Map<String, NDArray>> group :
          Map.of("weights/", leaves, "average/", averages, "first/", first, "second/", second)
              .entrySet()) {
        group
            .getValue()
            .forEach(
                (n, x) -> {
                  boolean learns = x.hasGradient();
                  x.setRequiresGradient(false);
                  x.set(FloatBuffer.wrap(f.host(group.getKey() + n).data()));
                  x.setRequiresGradient(learns);
                });
      }
    }
  }
}
