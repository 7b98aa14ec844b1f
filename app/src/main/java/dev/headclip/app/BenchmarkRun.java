package dev.headclip.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import dev.headclip.backbone.Backbone;
import dev.headclip.dataset.NormalPool;
import dev.headclip.dataset.Sample;
import dev.headclip.detect.Comparer;
import dev.headclip.detect.Detection;
import dev.headclip.detect.Detections;
import dev.headclip.detect.Detector;
import dev.headclip.detect.ImageSource;
import dev.headclip.detect.Outcome;
import dev.headclip.detect.StreamSettings;
import dev.headclip.engine.EngineSettings;
import dev.headclip.evaluate.Evaluation;
import dev.headclip.evaluate.KeptClasses;
import dev.headclip.evaluate.Prediction;
import dev.headclip.evaluate.Predictions;
import dev.headclip.evaluate.ReferenceEvaluation;
import dev.headclip.image.RgbImage;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.method.Adapter;
import dev.headclip.method.AdapterFile;
import dev.headclip.method.ClassName;
import dev.headclip.method.JointScoring;
import dev.headclip.method.Recipe;
import dev.headclip.method.ScoreSettings;
import dev.headclip.method.Scoring;
import dev.headclip.metrics.ClassScores;
import dev.headclip.metrics.Level;
import dev.headclip.metrics.LevelFigures;
import dev.headclip.metrics.MetricsReport;
import dev.headclip.metrics.Protocol;
import dev.headclip.model.ClipModel;
import dev.headclip.model.Model;
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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Runs a plan cell by cell. What is done is on disk and not done again; a cell that fails is noted
 * and the rest goes on.
 */
final class BenchmarkRun {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final BenchmarkPlan plan;
  private final Function<String, Backbone> backbones;
  private final BenchmarkData data;
  private final Path out;
  private final CacheSettings cache;
  private final String device;
  private final AtomicBoolean stop;
  private final BenchmarkPictures pictures;
  private final BenchmarkClock clock = new BenchmarkClock();

  /**
   * @param backbones of variants
   * @param device of training and scoring: cpu, gpu, gpu:N
   */
  BenchmarkRun(
      BenchmarkPlan plan,
      Function<String, Backbone> backbones,
      BenchmarkData data,
      Path out,
      CacheSettings cache,
      String device,
      AtomicBoolean stop) {
    this.plan = plan;
    this.backbones = backbones;
    this.data = data;
    this.out = out;
    this.cache = cache;
    this.device = device;
    this.stop = stop;
    this.pictures = new BenchmarkPictures(plan, out.resolve("pictures"));
  }

  BenchmarkPictures pictures() {
    return pictures;
  }

  /** The number of cells. */
  int planned() {
    return plan.experiments().stream()
        .mapToInt(
            e ->
                e.targets().size()
                    * plan.variants().keySet().stream().mapToInt(v -> seeds(v).size()).sum())
        .sum();
  }

  private List<Long> seeds(String variant) {
    return plan.seeds(variant, backbones.apply(variant).config());
  }

  private boolean learns(String variant) {
    return !plan.stored().containsKey(variant)
        && !recipe(variant).method().learned(backbones.apply(variant).config()).isEmpty();
  }

  private Recipe recipe(String variant) {
    return plan.recipe(variant, plan.seeds().get(0), backbones.apply(variant).config());
  }

  /**
   * Looks for every data set before hours are spent on the first, and says what is to be done.
   *
   * @return the sets that are missing, with the reason
   */
  List<String> preflight() {
    Map<BenchmarkPlan.Source, Integer> sizes = new LinkedHashMap<>();
    List<String> missing = new ArrayList<>();
    for (BenchmarkPlan.Experiment e : plan.experiments()) {
      List<BenchmarkPlan.Source> all = new ArrayList<>(BenchmarkPlan.sources(e.auxiliary()));
      if (plan.variants().keySet().stream().noneMatch(this::learns)) {
        all.clear();
      }
      plan.variants().keySet().forEach(v -> e.chosenOn(plan, v).ifPresent(all::add));
      all.addAll(e.targets());
      for (BenchmarkPlan.Source s : all) {
        if (!sizes.containsKey(s)) {
          sizes.put(s, 0);
          try {
            sizes.put(s, data.set(s).samples().size());
          } catch (HeadClipException | IllegalArgumentException x) {
            missing.add("%s: %s".formatted(s.name(), x.getMessage()));
          }
        }
      }
    }
    int trainings = 0;
    for (BenchmarkPlan.Experiment e : plan.experiments()) {
      for (String variant : plan.variants().keySet()) {
        int seeds = seeds(variant).size();
        boolean trains = learns(variant) && plan.trainedAs(variant).equals(variant);
        trainings += trains ? seeds : 0;
        long images =
            BenchmarkPlan.sources(e.auxiliary()).stream()
                .mapToLong(s -> sizes.getOrDefault(s, 0))
                .sum();
        if (trains) {
          long looked = e.chosenOn(plan, variant).map(s -> sizes.getOrDefault(s, 0)).orElse(0);
          clock.add(training(variant), seeds * (images + looked) * epochs(variant));
        }
        for (BenchmarkPlan.Source t : e.targets()) {
          clock.add(scoring(variant), (long) seeds * sizes.getOrDefault(t, 0));
        }
      }
    }
    System.err.printf("%d trainings, %d evaluations%n", trainings, planned());
    return missing;
  }

  private long epochs(String variant) {
    return recipe(variant).train().epochs();
  }

  private static String training(String variant) {
    return "train " + variant;
  }

  private String scoring(String variant) {
    // references that share a pass share its time
    return Optional.ofNullable(plan.references().get(variant))
        .map(r -> "compare %s %s".formatted(plan.trainedAs(variant), r.passName()))
        .orElse("score " + variant);
  }

  /**
   * All cells, or those until it was stopped.
   *
   * @param finished told all cells so far after each
   */
  List<BenchmarkCell> run(Consumer<List<BenchmarkCell>> finished) {
    List<BenchmarkCell> cells = new ArrayList<>();
    for (BenchmarkPlan.Experiment e : plan.experiments()) {
      for (String variant : plan.variants().keySet()) {
        for (long seed : seeds(variant)) {
          run(e, variant, seed, cells, finished);
          if (stop.get()) {
            return cells;
          }
        }
      }
    }
    return cells;
  }

  private void run(
      BenchmarkPlan.Experiment e,
      String variant,
      long seed,
      List<BenchmarkCell> cells,
      Consumer<List<BenchmarkCell>> finished) {
    Optional<Adapter> adapter = Optional.empty();
    String failure = "";
    try {
      adapter = Optional.of(adapter(e, variant, seed));
    } catch (HeadClipException | IllegalArgumentException x) {
      failure = "not trained: " + x.getMessage();
    }
    for (BenchmarkPlan.Source target : e.targets()) {
      if (stop.get()) {
        return;
      }
      BenchmarkCell cell = cell(e.auxiliary(), variant, seed, target, adapter, failure);
      if (cell.result().isPresent() || !stop.get()) {
        cells.add(cell);
        finished.accept(cells);
      }
    }
  }

  private BenchmarkCell cell(
      BenchmarkPlan.Source auxiliary,
      String variant,
      long seed,
      BenchmarkPlan.Source target,
      Optional<Adapter> adapter,
      String failure) {
    BenchmarkCell cell =
        new BenchmarkCell(auxiliary.name(), variant, seed, target, Optional.empty(), "");
    String name = name(cell);
    try {
      if (adapter.isEmpty()) {
        throw new HeadClipException(failure);
      }
      JsonNode result =
          plan.references().containsKey(variant)
              ? compared(cell, adapter.get())
              : result(name, variant, target, adapter.get());
      if (!plan.references().containsKey(variant)) {
        pictures.show(name, cell.row(plan), variant, data.get(target));
      }
      String left = clock.text();
      System.err.printf("%s: %s%s%n", name, summary(result), left.isEmpty() ? "" : "; " + left);
      return new BenchmarkCell(auxiliary.name(), variant, seed, target, Optional.of(result), "");
    } catch (HeadClipException | IllegalArgumentException x) {
      System.err.printf("%s: %s%n", name, stop.get() ? "stopped" : "failed: " + x.getMessage());
      return new BenchmarkCell(
          auxiliary.name(), variant, seed, target, Optional.empty(), x.getMessage());
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

  /** The cells that are stored, whatever they were made from: no model, no data set is opened. */
  static List<BenchmarkCell> stored(BenchmarkPlan plan, Path out) {
    List<BenchmarkCell> cells = new ArrayList<>();
    for (BenchmarkPlan.Experiment e : plan.experiments()) {
      for (String variant : plan.variants().keySet()) {
        for (long seed : plan.seeds()) {
          for (BenchmarkPlan.Source t : e.targets()) {
            BenchmarkCell c =
                new BenchmarkCell(
                    e.auxiliary().name(), variant, seed, t, Optional.empty(), "not stored");
            Path file = out.resolve("cells").resolve(name(c) + ".json");
            if (Files.exists(file)) {
              cells.add(read(c, file));
            }
          }
        }
      }
    }
    return cells;
  }

  private static BenchmarkCell read(BenchmarkCell c, Path file) {
    try {
      JsonNode result = JSON.readTree(file.toFile());
      return new BenchmarkCell(
          c.auxiliary(), c.variant(), c.seed(), c.target(), Optional.of(result), "");
    } catch (IOException e) {
      throw new HeadClipException(
          "%s: not a cell (%s); remove it".formatted(file, e.getMessage()), e);
    }
  }

  /** Of a cell's files. */
  static String name(BenchmarkCell c) {
    return name(c.auxiliary(), c.variant(), c.seed()) + "__" + plain(c.target().name());
  }

  /** Below the folder of results: what a cell was scored with, where its method learns. */
  static String adapterFile(BenchmarkPlan plan, BenchmarkCell c) {
    return adapterFile(c.auxiliary(), plan.trainedAs(c.variant()), c.seed());
  }

  private static String adapterFile(String auxiliary, String variant, long seed) {
    return "adapters/%s.safetensors".formatted(name(auxiliary, variant, seed));
  }

  private static String name(String auxiliary, String variant, long seed) {
    return "%s__%s__%d".formatted(plain(auxiliary), plain(variant), seed);
  }

  private static String plain(String name) {
    return name.replaceAll("[^A-Za-z0-9.]+", "-");
  }

  private Adapter adapter(BenchmarkPlan.Experiment e, String variant, long seed) {
    BenchmarkPlan.Source auxiliary = e.auxiliary();
    Backbone backbone = backbones.apply(variant);
    if (plan.stored().containsKey(variant)) {
      return stored(plan.stored().get(variant), backbone);
    }
    Recipe recipe = plan.recipe(variant, seed, backbone.config());
    if (recipe.method().learned(backbone.config()).isEmpty()) {
      return new Adapter(recipe.method(), recipe.scores(), Tensors.none(), Map.of());
    }
    TrainingData aux = data.get(auxiliary);
    aux.check().requireUsable(aux.set());
    Path file = out.resolve(adapterFile(auxiliary.name(), plan.trainedAs(variant), seed));
    Path checkpoints = file.resolveSibling(file.getFileName() + ".checkpoints");
    Trainer trainer =
        new Trainer(backbone, aux)
            .recipe(recipe)
            .cache(cache)
            .device(device)
            .stop(stop)
            .checkpoints(checkpoints, Duration.ofMinutes(10), true);
    Optional<TrainingData> second = e.chosenOn(plan, variant).map(data::get);
    second.ifPresent(d -> trainer.validation(d, true));
    long work = trained(recipe, aux) + second.map(d -> trained(recipe, d)).orElse(0L);
    if (Files.exists(file)) {
      Adapter there = AdapterFile.read(file, backbone.config());
      if (trainer.runDigest().equals(there.provenance().get("run_digest"))) {
        clock.done(training(variant), work);
        return there.withScores(recipe.scores());
      }
    }
    TrainingResult result;
    long start = System.nanoTime();
    try (TrainingLog log = new TrainingLog(file.resolveSibling(file.getFileName() + ".log.jsonl"));
        TrainProgress progress = new TrainProgress(recipe.train(), aux.samples().size())) {
      result = trainer.listener(TrainProgress.both(log, progress)).run();
    }
    if (!result.complete()) {
      throw new HeadClipException("stopped");
    }
    clock.done(training(variant), work);
    clock.measured(training(variant), work, (System.nanoTime() - start) / 1e9);
    String left = clock.text();
    if (!left.isEmpty()) {
      System.err.println(left);
    }
    Adapter adapter = trainer.adapter(result);
    AdapterFile.write(file, adapter);
    AtomicFiles.deleteTree(checkpoints);
    return adapter;
  }

  /** Of a file, or of a model. */
  private static Adapter stored(String nameOrPath, Backbone backbone) {
    if (nameOrPath.endsWith(".safetensors")) {
      return AdapterFile.read(Path.of(nameOrPath), backbone.config());
    }
    try (Model model = Model.open(nameOrPath)) {
      if (!(model instanceof ClipModel clip) || clip.references().isPresent()) {
        throw new HeadClipException(
            "%s: no adapter of its own, expected adapter.safetensors or a model's folder"
                .formatted(nameOrPath));
      }
      return clip.adapter();
    }
  }

  private static long trained(Recipe recipe, TrainingData on) {
    return (long) recipe.train().epochs() * on.samples().size();
  }

  private JsonNode result(
      String name, String variant, BenchmarkPlan.Source target, Adapter adapter) {
    TrainingData on = data.get(target);
    int images = on.samples().size();
    Path file = file(name);
    ObjectNode identity = identity(variant, on, adapter);
    plan.lambdas().forEach(l -> identity.withArray("lambdas").add(l));
    Optional<JsonNode> there = stored(file, identity);
    clock.done(scoring(variant), images);
    if (there.isPresent() && pictures.has(name, on)) {
      return there.get();
    }
    long start = System.nanoTime();
    Evaluation.Result judged = judge(name, variant, on, adapter, target.name());
    clock.measured(scoring(variant), images, (System.nanoTime() - start) / 1e9);
    ObjectNode o = cell(identity, judged.reports().get(plan.protocol()), on);
    o.set("lambda", sweep(judged));
    AtomicFiles.writeText(file, o.toPrettyString() + "\n");
    return o;
  }

  private Path file(String cell) {
    return out.resolve("cells").resolve(cell + ".json");
  }

  /** What a cell's figures depend on. */
  private ObjectNode identity(String variant, TrainingData on, Adapter adapter) {
    ObjectNode identity = JSON.createObjectNode();
    identity.put("adapter", adapter.digest());
    identity.put("target", on.digest());
    identity.put("backbone", backbones.apply(variant).digest());
    ObjectNode settings = AdapterFile.json(adapter);
    settings.remove("provenance");
    identity.set("settings", settings);
    identity.put("protocol", plan.protocol().key());
    return identity;
  }

  private ObjectNode cell(ObjectNode identity, MetricsReport metrics, TrainingData on) {
    ObjectNode o = JSON.createObjectNode();
    o.set("identity", identity);
    o.put("code", "headclip " + dev.headclip.Version.text());
    o.put("device", device);
    o.set("metrics", metrics.json());
    on.check().problems().forEach(p -> o.withArray("left_out").add(p));
    return o;
  }

  /**
   * Against references or as a batch. All cells that the same pass of the network serves are made
   * with the first of them.
   */
  private JsonNode compared(BenchmarkCell wanted, Adapter adapter) {
    TrainingData on = data.get(wanted.target());
    enough(plan.references().get(wanted.variant()), on)
        .ifPresent(
            lacks -> {
              throw new HeadClipException(lacks);
            });
    Map<ReferenceEvaluation.Round, Map<Path, ObjectNode>> open = new LinkedHashMap<>();
    for (String variant : plan.references().keySet()) {
      if (samePass(wanted.variant(), variant)
          && enough(plan.references().get(variant), on).isEmpty()) {
        for (long seed : seeds(variant)) {
          if (seed == wanted.seed() || serves(variant, seed, adapter)) {
            open(wanted, variant, seed, on, adapter, open);
          }
        }
      }
    }
    Path own = file(name(wanted));
    long images = on.samples().size();
    boolean there = open.values().stream().noneMatch(files -> files.containsKey(own));
    clock.done(scoring(wanted.variant()), images);
    if (!there) {
      long start = System.nanoTime();
      BenchmarkReferences how = plan.references().get(wanted.variant());
      Map<ReferenceEvaluation.Round, MetricsReport> reports =
          reports(how, wanted, on, adapter, List.copyOf(open.keySet()));
      open.forEach(
          (round, files) ->
              files.forEach(
                  (file, identity) ->
                      AtomicFiles.writeText(
                          file, cell(identity, reports.get(round), on).toPrettyString() + "\n")));
      clock.measured(
          scoring(wanted.variant()), images * open.size(), (System.nanoTime() - start) / 1e9);
    }
    return read(wanted, own).result().orElseThrow();
  }

  /** What a set lacks of references, if it does. */
  private static Optional<String> enough(BenchmarkReferences how, TrainingData on) {
    return on.samples().stream()
        .map(Sample::category)
        .distinct()
        .filter(c -> NormalPool.of(on.set(), c).images().size() < how.shots())
        .findFirst()
        .map(c -> "class %s has fewer than %d normal images to draw".formatted(c, how.shots()));
  }

  /** Adds a cell that is not there yet. */
  private void open(
      BenchmarkCell like,
      String variant,
      long seed,
      TrainingData on,
      Adapter adapter,
      Map<ReferenceEvaluation.Round, Map<Path, ObjectNode>> to) {
    BenchmarkReferences how = plan.references().get(variant);
    ObjectNode identity = identity(variant, on, adapter);
    identity.set("references", how.json(backbones.apply(variant).config(), seed));
    if (!how.batched()) {
      identity.put("normal_images", NormalPool.digest(on.set()));
    }
    Path file =
        file(
            name(
                new BenchmarkCell(
                    like.auxiliary(), variant, seed, like.target(), Optional.empty(), "")));
    if (stored(file, identity).isEmpty()) {
      to.computeIfAbsent(how.round(seed), r -> new LinkedHashMap<>()).put(file, identity);
    }
  }

  private boolean samePass(String a, String b) {
    return plan.trainedAs(a).equals(plan.trainedAs(b))
        && backbones.apply(a).equals(backbones.apply(b))
        && plan.references().get(a).sharesPass(plan.references().get(b));
  }

  /** Whether another seed has the same adapter: nothing was trained, and nothing is drawn. */
  private boolean serves(String variant, long seed, Adapter adapter) {
    if (learns(variant)) {
      return false;
    }
    if (plan.stored().containsKey(variant)) {
      return true;
    }
    Recipe r = plan.recipe(variant, seed, backbones.apply(variant).config());
    return new Adapter(r.method(), r.scores(), Tensors.none(), Map.of())
        .digest()
        .equals(adapter.digest());
  }

  private Map<ReferenceEvaluation.Round, MetricsReport> reports(
      BenchmarkReferences how,
      BenchmarkCell cell,
      TrainingData on,
      Adapter adapter,
      List<ReferenceEvaluation.Round> rounds) {
    Backbone backbone = backbones.apply(cell.variant());
    ClipModel model = ClipModel.borrowing("benchmark", backbone, adapter);
    ReferenceEvaluation.Result found;
    try (Comparer comparer = Comparer.of(model, how.of(backbone.config()), engine());
        ProgressLine progress =
            ProgressLine.of("score " + cell.target().name(), on.samples().size(), "images")) {
      found =
          ReferenceEvaluation.of(
              comparer,
              on.set(),
              rounds,
              plan.protocol(),
              Evaluation.Resolution.NETWORK,
              KeptClasses.none(),
              stop,
              n -> progress.at(n, ""));
    }
    if (stop.get()) {
      throw new HeadClipException("stopped");
    }
    // a class left out would make the mean another one
    for (Map.Entry<Path, String> f : found.failed().entrySet()) {
      throw new HeadClipException("%s: %s".formatted(f.getKey(), f.getValue()));
    }
    if (!found.remarks().isEmpty()) {
      throw new HeadClipException(found.remarks().get(0));
    }
    return found.reports();
  }

  private EngineSettings engine() {
    return EngineSettings.of(Map.of("device", device.startsWith("gpu") ? "gpu" : "cpu"));
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

  private Evaluation.Result judge(
      String cell, String variant, TrainingData on, Adapter adapter, String task) {
    Backbone backbone = backbones.apply(variant);
    List<Prediction> predictions;
    try (ProgressLine progress = ProgressLine.of("score " + task, on.samples().size(), "images")) {
      predictions =
          adapter.learned().named().isEmpty()
              ? seen(backbone, on, adapter, progress)
              : new CachedScorer(backbone, cache, device)
                  .run(adapter, on, stop, n -> progress.at(n, ""));
    }
    if (adapter.scores().smoothAt() == ScoreSettings.SmoothAt.SOURCE) {
      predictions = sized(on, predictions);
    }
    Scoring scoring = adapter.method().scoring(adapter.scores(), backbone.config());
    for (int i : pictures.chosen(on)) {
      Prediction p = predictions.get(i);
      pictures.keep(cell, i, scoring.of(p.evidence(), p.width(), p.height()).map());
    }
    return Evaluation.judge(
        on.set(),
        adapter.method().name(),
        Predictions.of(predictions),
        scoring,
        Evaluation.Resolution.NETWORK,
        List.of(plan.protocol()),
        Map.of(),
        () -> {});
  }

  /** With the images' own sizes, which kept features do not tell. */
  private static List<Prediction> sized(TrainingData on, List<Prediction> predictions) {
    return IntStream.range(0, predictions.size())
        .mapToObj(
            i -> {
              RgbImage image = on.loader().load(on.samples().get(i).image());
              Prediction p = predictions.get(i);
              return new Prediction(p.evidence(), image.width(), image.height(), p.ms());
            })
        .toList();
  }

  /** Through a detector: several views of an image, and what adapts to each. */
  private List<Prediction> seen(
      Backbone backbone, TrainingData on, Adapter adapter, ProgressLine progress) {
    List<Prediction> all = new ArrayList<>();
    try (Detector detector =
            Detector.of(ClipModel.borrowing("benchmark", backbone, adapter), engine());
        Detections<Outcome> found =
            detector.stream(
                on.samples().stream()
                    .map(s -> ImageSource.of(s.image()).withClass(new ClassName(s.category())))
                    .toList(),
                StreamSettings.defaults())) {
      while (found.hasNext()) {
        if (stop.get()) {
          throw new HeadClipException("stopped");
        }
        Outcome o = found.next();
        if (o instanceof Outcome.Failed f) {
          throw new HeadClipException("%s: %s".formatted(f.source().id(), f.error()));
        }
        Detection d = ((Outcome.Scored) o).detection();
        all.add(new Prediction(d.evidence(), d.width(), d.height(), (float) d.milliseconds()));
        progress.at(all.size(), "");
      }
    }
    return all;
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
