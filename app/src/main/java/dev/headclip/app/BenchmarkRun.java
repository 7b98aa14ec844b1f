package dev.headclip.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import dev.headclip.backbone.Backbone;
import dev.headclip.dataset.Sample;
import dev.headclip.evaluate.Evaluation;
import dev.headclip.evaluate.Prediction;
import dev.headclip.evaluate.Predictions;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.method.Adapter;
import dev.headclip.method.AdapterFile;
import dev.headclip.method.JointScoring;
import dev.headclip.method.Recipe;
import dev.headclip.metrics.ClassScores;
import dev.headclip.metrics.Level;
import dev.headclip.metrics.LevelFigures;
import dev.headclip.metrics.Protocol;
import dev.headclip.tensor.HostOps;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import dev.headclip.training.CachedScorer;
import dev.headclip.training.Trainer;
import dev.headclip.training.TrainingData;
import dev.headclip.training.TrainingLog;
import dev.headclip.training.TrainingResult;
import dev.headclip.training.cache.CacheSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToDoubleFunction;

/**
 * Runs a plan cell by cell. What is done is on disk and not done again; a cell that fails is noted
 * and the rest goes on.
 */
final class BenchmarkRun {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final BenchmarkPlan plan;
  private final Backbone backbone;
  private final BenchmarkData data;
  private final Path out;
  private final CacheSettings cache;
  private final AtomicBoolean stop;

  BenchmarkRun(
      BenchmarkPlan plan,
      Backbone backbone,
      BenchmarkData data,
      Path out,
      CacheSettings cache,
      AtomicBoolean stop) {
    this.plan = plan;
    this.backbone = backbone;
    this.data = data;
    this.out = out;
    this.cache = cache;
    this.stop = stop;
  }

  /**
   * One cell's figures.
   *
   * @param auxiliary trained on
   * @param variant of the plan
   * @param seed of training
   * @param target evaluated on
   * @param result metrics, mean figures and the sweep, as stored; empty where it failed
   * @param error why it failed, or empty text
   */
  record Cell(
      String auxiliary,
      String variant,
      long seed,
      BenchmarkPlan.Source target,
      Optional<JsonNode> result,
      String error) {
    /** The row that it belongs to. */
    String row(BenchmarkPlan plan) {
      return plan.row(auxiliary, target.name());
    }
  }

  /** All cells, or those until it was stopped. */
  List<Cell> run() {
    List<Cell> cells = new java.util.ArrayList<>();
    for (BenchmarkPlan.Experiment e : plan.experiments()) {
      for (String variant : plan.variants().keySet()) {
        for (long seed : plan.seeds()) {
          cells.addAll(run(e, variant, seed));
          if (stop.get()) {
            return cells;
          }
        }
      }
    }
    return cells;
  }

  private List<Cell> run(BenchmarkPlan.Experiment e, String variant, long seed) {
    List<Cell> cells = new java.util.ArrayList<>();
    Optional<Adapter> adapter = Optional.empty();
    String failure = "";
    try {
      adapter = Optional.of(adapter(e.auxiliary(), variant, seed));
    } catch (HeadClipException | IllegalArgumentException x) {
      failure = "not trained: " + x.getMessage();
    }
    for (BenchmarkPlan.Source target : e.targets()) {
      if (stop.get()) {
        return cells;
      }
      cells.add(cell(e.auxiliary(), variant, seed, target, adapter, failure));
    }
    return cells;
  }

  private Cell cell(
      BenchmarkPlan.Source auxiliary,
      String variant,
      long seed,
      BenchmarkPlan.Source target,
      Optional<Adapter> adapter,
      String failure) {
    String name = name(auxiliary.name(), variant, seed) + "__" + plain(target.name());
    try {
      if (adapter.isEmpty()) {
        throw new HeadClipException(failure);
      }
      JsonNode result = result(name, target, adapter.get());
      System.err.printf("%s: %s%n", name, summary(result));
      return new Cell(auxiliary.name(), variant, seed, target, Optional.of(result), "");
    } catch (HeadClipException | IllegalArgumentException x) {
      System.err.printf("%s: %s%n", name, stop.get() ? "stopped" : "failed: " + x.getMessage());
      return new Cell(auxiliary.name(), variant, seed, target, Optional.empty(), x.getMessage());
    }
  }

  private static String summary(JsonNode result) {
    StringBuilder s = new StringBuilder();
    for (Level level : Level.values()) {
      JsonNode mad = result.path("metrics").path("mean").path(level.key()).path("mad");
      s.append(mad.isNumber() ? "%s mAD %.1f ".formatted(level.key(), 100 * mad.asDouble()) : "");
    }
    return s.toString().strip();
  }

  private static String name(String auxiliary, String variant, long seed) {
    return "%s__%s__%d".formatted(plain(auxiliary), plain(variant), seed);
  }

  private static String plain(String name) {
    return name.replaceAll("[^A-Za-z0-9.]+", "-");
  }

  private Adapter adapter(BenchmarkPlan.Source auxiliary, String variant, long seed) {
    Recipe recipe = plan.recipe(variant, seed, backbone.config());
    if (recipe.method().learned(backbone.config()).isEmpty()) {
      return new Adapter(recipe.method(), recipe.scores(), Tensors.none(), Map.of());
    }
    TrainingData aux = data.get(auxiliary);
    aux.check().requireUsable(aux.set());
    Path file =
        out.resolve("adapters").resolve(name(auxiliary.name(), variant, seed) + ".safetensors");
    Path checkpoints = file.resolveSibling(file.getFileName() + ".checkpoints");
    Trainer trainer =
        new Trainer(backbone, aux)
            .recipe(recipe)
            .cache(cache)
            .stop(stop)
            .checkpoints(checkpoints, Duration.ofMinutes(10), true);
    if (Files.exists(file)) {
      Adapter there = AdapterFile.read(file, backbone.config());
      if (trainer.runDigest().equals(there.provenance().get("run_digest"))) {
        return there.withScores(recipe.scores());
      }
    }
    TrainingResult result;
    try (TrainingLog log = new TrainingLog(file.resolveSibling(file.getFileName() + ".log.jsonl"));
        TrainProgress progress = new TrainProgress(recipe.train(), aux.samples().size())) {
      result = trainer.listener(TrainProgress.both(log, progress)).run();
    }
    if (!result.complete()) {
      throw new HeadClipException("stopped");
    }
    Adapter adapter = trainer.adapter(result);
    AdapterFile.write(file, adapter);
    AtomicFiles.deleteTree(checkpoints);
    return adapter;
  }

  private JsonNode result(String name, BenchmarkPlan.Source target, Adapter adapter) {
    TrainingData on = data.get(target);
    Path file = out.resolve("cells").resolve(name + ".json");
    ObjectNode identity = JSON.createObjectNode();
    identity.put("adapter", adapter.digest());
    identity.put("target", on.digest());
    identity.put("backbone", backbone.digest());
    ObjectNode settings = AdapterFile.json(adapter);
    settings.remove("provenance");
    identity.set("settings", settings);
    identity.put("protocol", plan.protocol().key());
    plan.lambdas().forEach(l -> identity.withArray("lambdas").add(l));
    Optional<JsonNode> there = stored(file, identity);
    if (there.isPresent()) {
      return there.get();
    }
    Evaluation.Result judged = judge(on, adapter, target.name());
    ObjectNode o = JSON.createObjectNode();
    o.set("identity", identity);
    o.set("metrics", judged.reports().get(plan.protocol()).json());
    o.set("lambda", sweep(judged));
    on.check().problems().forEach(p -> o.withArray("left_out").add(p));
    AtomicFiles.writeText(file, o.toPrettyString() + "\n");
    return o;
  }

  private static Optional<JsonNode> stored(Path file, ObjectNode identity) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      JsonNode o = JSON.readTree(file.toFile());
      boolean same = o.path("identity").toString().equals(identity.toString());
      return same ? Optional.of(o) : Optional.empty();
    } catch (IOException e) {
      // cut short or edited: it is made anew
      return Optional.empty();
    }
  }

  private Evaluation.Result judge(TrainingData on, Adapter adapter, String task) {
    List<Prediction> predictions;
    try (ProgressLine progress = ProgressLine.of("score " + task, on.samples().size(), "images")) {
      predictions =
          new CachedScorer(backbone, cache, "cpu").run(adapter, on, stop, n -> progress.at(n, ""));
    }
    return Evaluation.judge(
        on.set(),
        adapter.method().name(),
        Predictions.of(predictions),
        adapter.method().scoring(adapter.scores(), backbone.config()),
        Evaluation.Resolution.NETWORK,
        List.of(plan.protocol()),
        Map.of(),
        () -> {});
  }

  /** Image figures for each lambda, the mean over the classes (Figure 4): Eq. 8 anew. */
  private ObjectNode sweep(Evaluation.Result judged) {
    HostOps ops = new HostOps();
    HostTensor global = column(judged, Evaluation.Scored::global);
    HostTensor local = column(judged, Evaluation.Scored::local);
    ObjectNode all = JSON.createObjectNode();
    for (double lambda : plan.lambdas()) {
      float[] joint = JointScoring.joint(ops, global, local, lambda).data();
      Map<String, ClassScores> classes = new LinkedHashMap<>();
      for (int i = 0; i < joint.length; i++) {
        Sample s = judged.scores().get(i).sample();
        classes.computeIfAbsent(s.category(), c -> new ClassScores()).add(joint[i], s.anomalous());
      }
      LevelFigures mean =
          LevelFigures.mean(
              Level.IMAGE,
              classes.values().stream().map(c -> c.result(Protocol.EXACT).image()).toList());
      ObjectNode o = all.putObject(String.valueOf(lambda));
      mean.values().forEach((f, v) -> o.put(f.key(), v));
      classes.values().forEach(ClassScores::close);
    }
    return all;
  }

  private static HostTensor column(
      Evaluation.Result judged, ToDoubleFunction<Evaluation.Scored> value) {
    float[] all = new float[judged.scores().size()];
    for (int i = 0; i < all.length; i++) {
      all[i] = (float) value.applyAsDouble(judged.scores().get(i));
    }
    return HostTensor.of(all, all.length);
  }
}
