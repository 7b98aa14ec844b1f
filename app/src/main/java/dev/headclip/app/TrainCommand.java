package dev.headclip.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import dev.headclip.backbone.Backbone;
import dev.headclip.calibrate.Calibration;
import dev.headclip.clip.ClipConfig;
import dev.headclip.dataset.AnnotatedSet;
import dev.headclip.dataset.Sample;
import dev.headclip.evaluate.Prediction;
import dev.headclip.method.Adapter;
import dev.headclip.method.AdapterFile;
import dev.headclip.method.Method;
import dev.headclip.method.Methods;
import dev.headclip.method.Recipe;
import dev.headclip.method.ScoreSettings;
import dev.headclip.method.Scoring;
import dev.headclip.model.Model;
import dev.headclip.settings.Schema;
import dev.headclip.training.CachedScorer;
import dev.headclip.training.StartingPoint;
import dev.headclip.training.Trainer;
import dev.headclip.training.TrainingData;
import dev.headclip.training.TrainingLog;
import dev.headclip.training.TrainingReport;
import dev.headclip.training.TrainingResult;
import dev.headclip.training.cache.CacheSettings;
import dev.headclip.training.spi.LearningEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** {@code headclip train}. */
@Command(
    name = "train",
    description =
        "Learns an adapter for a frozen CLIP on an annotated data set; its test part is used, as in the papers.",
    footer = {
      "",
      "The flags are those of --method: 'train --method anomalyclip --help' shows another's.",
      "Beside OUT.safetensors it writes OUT.log.jsonl, OUT.html and, until it is done,",
      "OUT.checkpoints/ and OUT.cache/. Stopped with Ctrl-C or killed, --resume goes on.",
      "",
      "Examples:",
      "  headclip train --root mvtec_ad --backbone clip-vit-large-patch14-336 --image-size 518 --out mvtec.safetensors",
      "  headclip train --config mine.yaml --resume",
      "  headclip train --root auxiliary --backbone starter --image-size 224 --csa 4-8 --cls-ln-post --out mine.safetensors",
      "  headclip train --method anomalyclip --preset paper --root visa --backbone clip-vit-large-patch14-336 --image-size 518 --out visa.safetensors"
    })
final class TrainCommand implements Callable<Integer>, WithSettings {
  enum Select {
    last,
    best;

    /** Of a plan; null is the default. */
    static Select of(String name) {
      return switch (name == null ? "last" : name) {
        case "last" -> last;
        case "best" -> best;
        default -> throw new HeadClipException("select: %s, expected last or best".formatted(name));
      };
    }
  }

  @Option(
      names = ConfigFile.FLAG,
      paramLabel = "FILE.yaml",
      description = "Flags from a file, 'epochs: 15' for --epochs 15; the command line wins.")
  private Optional<Path> config;

  @Mixin private DataOptions auxiliary;

  @Option(
      names = "--backbone",
      required = true,
      paramLabel = "NAME|DIR",
      description = "The CLIP to adapt: a folder, a checkpoint, or a name in 'models list'.")
  private String backbone;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "The adapter file to write.")
  private Path out;

  @Option(
      names = "--method",
      paramLabel = "NAME",
      defaultValue = Methods.DEFAULT,
      description = "What is learned, see 'models methods' (default: ${DEFAULT-VALUE}).")
  private String method;

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      description =
          "A published configuration of the method; flags come on top. anomalyclip: official, paper, aliased.")
  private Optional<String> preset;

  @Option(
      names = "--from",
      paramLabel = "NAME|FILE",
      description =
          "An adapter whose numbers are the first ones: a file, an authors' checkpoint, or a name in 'models list' (anomalyclip). Its prompts' settings are taken with them; the head weights start at 1.")
  private Optional<String> from;

  private final SettingFlags settings = new SettingFlags();

  @Mixin private ActivationOption activation;

  @Mixin private ComputeOptions compute;

  @Mixin private HubOption hub;

  @Option(
      names = "--validate",
      paramLabel = "DIR",
      description = "A second data set; its figures are logged after each epoch.")
  private Optional<Path> validate;

  @Option(
      names = "--select",
      paramLabel = "last|best",
      defaultValue = "last",
      description =
          "Which epoch becomes the adapter; best is by --validate's mean of image and pixel mAD (default: ${DEFAULT-VALUE}).")
  private Select select;

  @Option(
      names = "--resume",
      description = "Go on from the checkpoints beside --out, or start where there are none.")
  private boolean resume;

  @Option(
      names = "--checkpoint-minutes",
      paramLabel = "N",
      defaultValue = "10",
      description = "Between checkpoints inside an epoch (default: ${DEFAULT-VALUE}).")
  private double checkpointMinutes;

  @Option(
      names = "--cache",
      paramLabel = "auto|memory|disk|none",
      defaultValue = "auto",
      description =
          "Where what the frozen tower gives is kept between epochs (default: ${DEFAULT-VALUE}).")
  private CacheSettings.Place cache;

  @Option(
      names = "--cache-dir",
      paramLabel = "DIR",
      description =
          "Of a cache on disk, kept and shared with later runs (default: OUT.cache, removed at the end).")
  private Optional<Path> cacheDir;

  @Option(
      names = "--device",
      paramLabel = "cpu|gpu[:N]",
      defaultValue = "cpu",
      description = "What computes (default: ${DEFAULT-VALUE}).")
  private String device;

  @Override
  public void addSettings(CommandSpec command, Map<String, String> given) {
    Method<?> named = Methods.named(given.getOrDefault("method", Methods.DEFAULT));
    settings.add(command, named.settings());
    settings.add(command, named.scores());
    settings.add(command, named.training());
  }

  @Override
  public Integer call() {
    RunFiles files = RunFiles.beside(out);
    files.requireWritable();
    if (!resume) {
      files.requireNoUnfinishedRun();
    }
    Places places = hub.places();
    String place = places.backbone(backbone);
    try (Backbone clip = Model.backbone(place, activation.get());
        Stopper stopper = new Stopper(180)) {
      ActivationOption.say(clip);
      Optional<StartingPoint> start =
          from.map(
              f -> new StartingPoint(AdapterFile.read(places.adapter(f, place), clip.config())));
      Recipe recipe = recipe(clip.config(), start);
      compute.useThreads();
      LearningEngine.find().requireDevice(device);
      AnnotatedSet set = auxiliary.read();
      printEffective(recipe);
      TrainingData data = read("check", set);
      CacheSettings kept =
          new CacheSettings(cache, cacheDir.orElse(files.cache()), compute.cacheLimit());
      Trainer trainer =
          new Trainer(clip, data)
              .recipe(recipe)
              .cache(kept)
              .checkpoints(
                  files.checkpoints(),
                  Duration.ofMillis((long) (checkpointMinutes * 60_000)),
                  resume)
              .device(device)
              .stop(stopper.flag());
      start.ifPresent(
          s -> {
            trainer.from(s);
            List<String> left = s.leftOut(recipe.method(), clip.config());
            if (!left.isEmpty()) {
              System.err.println("note: not learned by this method, left out: " + left);
            }
          });
      Optional<TrainingData> second =
          validate.map(
              v ->
                  read(
                      "check validation",
                      DataOptions.said(AnnotatedSet.read(Optional.empty(), v))));
      second.ifPresent(d -> trainer.validation(d, select == Select.best));
      if (validate.isEmpty() && select == Select.best) {
        throw new HeadClipException("--select best without --validate; name a data set for it");
      }
      if (resume && files.holdsRun(trainer.runDigest())) {
        System.err.println(
            out + " is the result of this very run already" + updated(clip, recipe.scores()));
        files.tidy(kept, cacheDir.isEmpty());
        return Main.OK;
      }
      return run(clip, trainer, data, second, files, kept, stopper.flag());
    }
  }

  /** The method with everything that was asked for. */
  private Recipe recipe(ClipConfig config, Optional<StartingPoint> start) {
    Map<String, String> given = settings.checkedValues();
    Recipe r = Recipe.of(method, config);
    Recipe chosen = preset.isPresent() ? r.preset(preset.get(), config) : r;
    Recipe all = start.map(s -> s.prompted(chosen)).orElse(chosen).with(given);
    all.method().check(config);
    return all;
  }

  private Integer run(
      Backbone clip,
      Trainer trainer,
      TrainingData data,
      Optional<TrainingData> second,
      RunFiles files,
      CacheSettings kept,
      AtomicBoolean stop) {
    TrainingResult result;
    int images = data.samples().size();
    try (TrainingLog log = new TrainingLog(files.log());
        TrainProgress progress = new TrainProgress(trainer.recipe().train(), images)) {
      result = trainer.listener(TrainProgress.both(log, progress)).run();
    }
    if (!result.complete()) {
      System.err.printf(
          "stopped after %d of %d epochs, nothing is lost: the same command with --resume goes on%n",
          result.epochs().size(), trainer.recipe().train().epochs());
      return Main.SOME_FAILED;
    }
    Adapter adapter =
        withThreshold(
            trainer.adapter(result),
            second,
            new CachedScorer(clip, kept, device),
            stop,
            clip.config());
    TrainingReport.write(
        files.report(), out.getFileName().toString(), adapter, result.epochs(), files.log());
    AdapterFile.write(out, adapter);
    files.tidy(kept, cacheDir.isEmpty());
    System.err.printf(
        "adapter written to %s (numbers %s), report to %s%n",
        out, adapter.digest().substring(0, 16), files.report());
    return Main.OK;
  }

  /** The threshold of the best F1 on the second data set, unless one was given. */
  private Adapter withThreshold(
      Adapter adapter,
      Optional<TrainingData> second,
      CachedScorer scorer,
      AtomicBoolean stop,
      ClipConfig config) {
    if (settings.checkedValues().containsKey("threshold")) {
      return adapter;
    }
    boolean both =
        second
            .map(d -> d.samples().stream().map(Sample::anomalous).distinct().count() > 1)
            .orElse(false);
    if (!both) {
      System.err.printf(
          "threshold %s is the default, not fitted: 'headclip calibrate' finds one%n",
          adapter.scores().threshold());
      return adapter;
    }
    List<Sample> samples = second.get().samples();
    Scoring scoring = adapter.method().scoring(adapter.scores().atNetwork(), config);
    List<Prediction> found = scorer.run(adapter, second.get(), stop, n -> {});
    float[] scores = new float[samples.size()];
    boolean[] anomalous = new boolean[samples.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = (float) scoring.of(found.get(i).evidence(), 1, 1).score();
      anomalous[i] = samples.get(i).anomalous();
    }
    Calibration c = Calibration.bestF1(scores, anomalous);
    System.err.printf("threshold %.3f has the best F1 on --validate%n", c.threshold());
    Map<String, Object> provenance = new LinkedHashMap<>(adapter.provenance());
    provenance.put(Calibration.KEY, c.facts());
    return adapter
        .withScores(Schema.with(adapter.scores(), "threshold", c.threshold()))
        .withProvenance(provenance);
  }

  /** What is not learned may have been asked for anew: a threshold of calibrate's stays. */
  private String updated(Backbone clip, ScoreSettings wanted) {
    Adapter there = AdapterFile.read(out, clip.config());
    boolean calibrated = there.provenance().containsKey(Calibration.KEY);
    ScoreSettings now =
        calibrated ? Schema.with(wanted, "threshold", there.scores().threshold()) : wanted;
    if (there.scores().equals(now)) {
      return "; nothing to do";
    }
    AdapterFile.write(out, there.withScores(now));
    return "; its score settings were brought up to date";
  }

  private static TrainingData read(String task, AnnotatedSet set) {
    TrainingData data;
    try (ProgressLine progress = ProgressLine.of(task, set.samples().size(), "images")) {
      data = TrainingData.check(set, n -> progress.at(n, ""));
    }
    System.err.printf(
        "%s: %d images, %d anomalous%n",
        set.root(),
        set.samples().size(),
        set.samples().stream().filter(s -> s.anomalous()).count());
    data.check().remarks().forEach(r -> System.err.println("note: " + r));
    if (!set.missingClasses().isEmpty()) {
      System.err.println(
          "note: classes of %s that are not there: %s"
              .formatted(set.name(), String.join(", ", set.missingClasses())));
    }
    return data;
  }

  private void printEffective(Recipe recipe) {
    Map<String, Object> all = new LinkedHashMap<>();
    put(all, "dataset", auxiliary.datasets());
    put(all, "root", auxiliary.roots().stream().map(Path::toString).toList());
    all.put("backbone", backbone);
    all.put("out", out.toString());
    all.put("method", method);
    put(all, Schema.json(recipe.train()));
    put(all, recipe.method().json());
    put(all, Schema.json(recipe.scores()));
    from.ifPresent(f -> all.put("from", f));
    validate.ifPresent(v -> all.put("validate", v.toString()));
    all.put("select", select.name());
    all.put("cache", cache.name().toLowerCase(Locale.ROOT));
    all.put("device", device);
    System.err.print("# effective settings, as for --config\n" + ConfigFile.yaml(all) + "#\n");
  }

  private static void put(Map<String, Object> to, String key, List<String> values) {
    if (!values.isEmpty()) {
      to.put(key, values.size() == 1 ? values.get(0) : values);
    }
  }

  private static void put(Map<String, Object> to, ObjectNode settings) {
    settings.fields().forEachRemaining(e -> to.put(e.getKey(), e.getValue()));
  }
}
