package dev.headclip.training;

import dev.headclip.HeadClipException;
import dev.headclip.Version;
import dev.headclip.backbone.Backbone;
import dev.headclip.dataset.DataDigest;
import dev.headclip.method.Adapter;
import dev.headclip.method.Methods;
import dev.headclip.method.Recipe;
import dev.headclip.settings.Schema;
import dev.headclip.training.cache.CacheSettings;
import dev.headclip.training.spi.Learner;
import dev.headclip.training.spi.LearningEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Learns an adapter for a frozen CLIP on an annotated auxiliary data set. Same seed, data, machine
 * and thread count, same adapter, bit for bit, whatever is cached and however often it was stopped.
 *
 * <pre>{@code
 * try (Backbone clip = Model.backbone("starter")) {
 *   TrainingData data = TrainingData.check(AnnotatedSet.read(Optional.empty(), folder), n -> {});
 *   Adapter a = new Trainer(clip, data).method("anomalyclip").set("epochs", 5).train();
 *   AdapterFile.write(Path.of("mine.safetensors"), a);
 * }
 * }</pre>
 */
public final class Trainer {
  private final Backbone backbone;
  private final TrainingData data;
  private Recipe recipe;
  private Optional<StartingPoint> from = Optional.empty();
  private Optional<TrainingData> validation = Optional.empty();
  private boolean selectBest;
  private CacheSettings cache = CacheSettings.memory();
  private Optional<Path> checkpoints = Optional.empty();
  private Duration interval = Duration.ofDays(1);
  private boolean resume;
  private String device = "cpu";
  private AtomicBoolean stop = new AtomicBoolean();
  private TrainingListener listener = TrainingListener.silent();

  /** HeadCLIP with its defaults, kept in memory, without checkpoints. */
  public Trainer(Backbone backbone, TrainingData data) {
    this.backbone = backbone;
    this.data = data;
    this.recipe = Recipe.of(Methods.DEFAULT, backbone.config());
  }

  /** What learns, with its defaults for the backbone. */
  public Trainer method(String name) {
    return recipe(Recipe.of(name, backbone.config()));
  }

  /** What learns, and how. */
  public Trainer recipe(Recipe what) {
    what.method().check(backbone.config());
    if (what.method().learned(backbone.config()).isEmpty()) {
      throw new HeadClipException("method %s learns nothing".formatted(what.method().name()));
    }
    recipe = what;
    return this;
  }

  /** A published configuration of the method. */
  public Trainer preset(String name) {
    return recipe(recipe.preset(name, backbone.config()));
  }

  /** A setting of the method, of its scores, or of the training; a value may be text. */
  public Trainer set(String key, Object value) {
    return set(Map.of(key, value));
  }

  /** Several settings. */
  public Trainer set(Map<String, ?> values) {
    return recipe(recipe.with(values));
  }

  /**
   * Starts with an adapter's numbers; the recipe's prompts must be as long as its, see {@link
   * StartingPoint#prompted}.
   *
   * @throws HeadClipException where they do not fit
   */
  public Trainer from(StartingPoint start) {
    start.first(recipe.method(), backbone.config());
    from = Optional.of(start);
    return this;
  }

  /** A second data set, looked at after each epoch. */
  public Trainer validation(TrainingData on, boolean selectBestEpoch) {
    validation = Optional.of(on);
    selectBest = selectBestEpoch;
    return this;
  }

  /** Where the frozen parts of images are kept between epochs. */
  public Trainer cache(CacheSettings settings) {
    cache = settings;
    return this;
  }

  /**
   * Keeps the run in a folder.
   *
   * @param every interval inside an epoch
   * @param goOn from what is there; otherwise there must be nothing
   */
  public Trainer checkpoints(Path folder, Duration every, boolean goOn) {
    checkpoints = Optional.of(folder);
    interval = every;
    resume = goOn;
    return this;
  }

  /** Whether a folder of checkpoints holds a run to go on with. */
  public static boolean unfinished(Path folder) {
    return new Checkpoints(folder).any();
  }

  /** What computes: cpu, gpu, gpu:N. */
  public Trainer device(String name) {
    device = name;
    return this;
  }

  /** When set, the run ends after its step. */
  public Trainer stop(AtomicBoolean flag) {
    stop = flag;
    return this;
  }

  /** Told what happens. */
  public Trainer listener(TrainingListener told) {
    listener = told;
    return this;
  }

  public Recipe recipe() {
    return recipe;
  }

  private TrainingJob job() {
    return new TrainingJob(
        backbone,
        recipe,
        from,
        data,
        validation,
        selectBest,
        cache,
        checkpoints,
        interval,
        resume,
        device,
        stop,
        listener);
  }

  /** Digest of everything that makes a run the same run; stored as run_digest. */
  public String runDigest() {
    return DataDigest.of(job().identity().toString());
  }

  /** Trains, and says how it went. */
  public TrainingResult run() {
    TrainingJob job = job();
    try (Learner learner = LearningEngine.find().open(backbone, recipe.method(), device);
        TrainingLoop loop = new TrainingLoop(job, learner)) {
      return loop.run();
    }
  }

  /**
   * Trains.
   *
   * @throws HeadClipException where it was stopped early
   */
  public Adapter train() {
    TrainingResult result = run();
    if (!result.complete()) {
      throw new HeadClipException("stopped");
    }
    return adapter(result);
  }

  /** The adapter of a complete run, with its provenance. */
  public Adapter adapter(TrainingResult result) {
    TrainingJob job = job();
    Map<String, Object> p = new LinkedHashMap<>();
    p.put("data_set", data.set().name());
    from.ifPresent(
        f ->
            p.put(
                "from",
                f.adapter()
                    .provenance()
                    .getOrDefault("imported_from", f.adapter().method().name())));
    p.put("images", data.samples().size());
    p.put("remarks", data.check().remarks());
    p.put("backbone", backbone.files().describe());
    p.putAll(job.inputs());
    Schema.json(recipe.train()).fields().forEachRemaining(e -> p.put(e.getKey(), e.getValue()));
    p.put("order", "Fisher-Yates by seed and epoch");
    p.put("order_digest", job.orderDigest());
    p.put("select", selectBest ? "best" : "last");
    validation.ifPresent(v -> p.put("validation_set", v.set().name()));
    result.best().ifPresent(e -> p.put("selected_epoch", e));
    p.put("device", device);
    p.putAll(result.machine());
    p.put("code", "headclip " + Version.text());
    p.put("date", result.started());
    p.put("run_digest", runDigest());
    p.put("loss_curve", result.epochs().stream().map(EpochFigures::losses).toList());
    if (validation.isPresent()) {
      p.put("validation_curve", result.epochs().stream().map(EpochFigures::validation).toList());
    }
    return new Adapter(recipe.method(), recipe.scores(), result.learned(), p);
  }
}
