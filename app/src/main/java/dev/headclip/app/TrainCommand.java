package dev.headclip.app;

import dev.headclip.HeadClipException;
import dev.headclip.backbone.Backbone;
import dev.headclip.calibrate.Calibration;
import dev.headclip.dataset.AnnotatedSet;
import dev.headclip.dataset.DataDigest;
import dev.headclip.detect.BuiltInModels;
import dev.headclip.files.AtomicFiles;
import dev.headclip.method.Adapter;
import dev.headclip.method.AdapterFile;
import dev.headclip.method.HeadClipSettings;
import dev.headclip.torch.Torch;
import dev.headclip.torch.training.AdapterTrainer;
import dev.headclip.torch.training.CacheSettings;
import dev.headclip.torch.training.TrainSettings;
import dev.headclip.torch.training.TrainingData;
import dev.headclip.torch.training.TrainingJob;
import dev.headclip.torch.training.TrainingLog;
import dev.headclip.torch.training.TrainingReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code headclip train}. */
@Command(
    name = "train",
    description =
        "Learns an adapter for a frozen CLIP on an annotated data set; its test part is used, as in the paper.",
    footer = {
      "",
      "Beside OUT.safetensors it writes OUT.log.jsonl, OUT.html and, until it is done,",
      "OUT.checkpoints/ and OUT.cache/. Stopped with Ctrl-C or killed, --resume goes on.",
      "",
      "Examples:",
      "  headclip train --root mvtec_ad --backbone clip-vit-large-patch14-336 --out mvtec.safetensors",
      "  headclip train --config mine.yaml --resume",
      "  headclip train --root auxiliary --backbone starter --csa 4-8 --cls-ln-post --out mine.safetensors"
    })
final class TrainCommand implements Callable<Integer> {
  enum Method {
    headclip
  }

  enum Select {
    last,
    best
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
      paramLabel = "DIR|starter",
      description = "The CLIP to adapt.")
  private String backbone;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "The adapter file to write.")
  private Path out;

  @Option(
      names = "--method",
      paramLabel = "headclip",
      defaultValue = "headclip",
      description = "What is learned (default: ${DEFAULT-VALUE}).")
  private Method what;

  @Mixin private TrainOptions training;

  @Mixin private MethodOptions method;

  @Mixin private ComputeOptions compute;

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
  public Integer call() {
    RunFiles files = RunFiles.beside(out);
    files.requireWritable();
    try (BuiltInModels.Folder folder = BuiltInModels.folderOf(backbone);
        Backbone clip = Backbone.open(folder.path());
        Stopper stopper = new Stopper(180)) {
      TrainSettings train = training.settings();
      HeadClipSettings settings = method.settings(clip.config());
      compute.useThreads();
      ai.djl.Device on = Torch.device(device);
      printEffective(train, settings);
      TrainingData data = read("check", auxiliary.read());
      Optional<TrainingData> second =
          validate.map(v -> read("check validation", AnnotatedSet.read(Optional.empty(), v)));
      AdapterTrainer trainer = new AdapterTrainer(train, settings);
      TrainingJob job =
          new TrainingJob(
              clip,
              data,
              second,
              select == Select.best,
              new CacheSettings(cache, cacheDir.orElse(files.cache()), compute.cacheLimit()),
              Optional.of(files.checkpoints()),
              Duration.ofMillis((long) (checkpointMinutes * 60_000)),
              resume,
              on,
              stopper.flag(),
              dev.headclip.torch.training.TrainingListener.silent());
      String run = DataDigest.of(trainer.identity(job).toString());
      if (resume && files.holdsRun(run)) {
        System.err.println(
            out + " is the result of this very run already" + updated(clip, settings));
        files.tidy(job.cache(), cacheDir.isEmpty());
        return Main.OK;
      }
      return run(trainer, job, train, files, run);
    }
  }

  private Integer run(
      AdapterTrainer trainer, TrainingJob job, TrainSettings train, RunFiles files, String run) {
    AdapterTrainer.Result result;
    int images = job.data().samples().size();
    try (TrainingLog log = new TrainingLog(files.log());
        TrainProgress progress = new TrainProgress(train, images)) {
      result = trainer.run(job.withListener(TrainProgress.both(log, progress)));
    }
    if (!result.complete()) {
      System.err.printf(
          "stopped after %d of %d epochs, nothing is lost: the same command with --resume goes on%n",
          result.epochs().size(), train.epochs());
      return Main.SOME_FAILED;
    }
    Adapter adapter =
        new Adapter(
            trainer.settings(), result.learned(), provenance(trainer, job, train, result, run));
    TrainingReport.write(
        files.report(),
        out.getFileName().toString(),
        adapter,
        result.epochs(),
        files.log(),
        train.headWeightStart());
    AdapterFile.write(out, adapter);
    files.tidy(job.cache(), cacheDir.isEmpty());
    System.err.printf(
        "adapter written to %s (numbers %s), report to %s%n",
        out, adapter.digest().substring(0, 16), files.report());
    return Main.OK;
  }

  /** What is not learned may have been asked for anew: a threshold of calibrate's stays. */
  private String updated(Backbone clip, HeadClipSettings wanted) {
    Adapter there = AdapterFile.read(out, clip.config());
    boolean calibrated = there.provenance().containsKey(Calibration.KEY);
    HeadClipSettings now = calibrated ? wanted.withThreshold(there.settings().threshold()) : wanted;
    if (there.settings().equals(now)) {
      return "; nothing to do";
    }
    AdapterFile.write(out, there.withSettings(now));
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
    return data;
  }

  private void printEffective(TrainSettings train, HeadClipSettings settings) {
    Map<String, Object> all = new LinkedHashMap<>();
    auxiliary.dataset().ifPresent(d -> all.put("dataset", d));
    all.put("root", auxiliary.root().toString());
    all.put("backbone", backbone);
    all.put("out", out.toString());
    all.put("method", what.name());
    all.putAll(train.asMap());
    all.putAll(MethodOptions.flags(settings));
    validate.ifPresent(v -> all.put("validate", v.toString()));
    all.put("select", select.name());
    all.put("cache", cache.name().toLowerCase(java.util.Locale.ROOT));
    all.put("device", device);
    System.err.print("# effective settings, as for --config\n" + ConfigFile.yaml(all) + "#\n");
  }

  private Map<String, Object> provenance(
      AdapterTrainer trainer,
      TrainingJob job,
      TrainSettings train,
      AdapterTrainer.Result result,
      String run) {
    Map<String, Object> p = new LinkedHashMap<>();
    p.put("data_set", job.data().set().name());
    p.put("images", job.data().samples().size());
    p.put("remarks", job.data().check().remarks());
    p.put("backbone", backbone);
    p.putAll(job.inputs());
    p.putAll(train.asMap());
    p.put("order", "Fisher-Yates by seed and epoch");
    p.put("order_digest", trainer.orderDigest(job.data().samples().size()));
    p.put("select", select.name());
    validate.ifPresent(
        v -> p.put("validation_set", v.toAbsolutePath().normalize().getFileName().toString()));
    result.best().ifPresent(e -> p.put("selected_epoch", e));
    p.put("device", device);
    p.put("threads", Torch.threads());
    p.put("code", "headclip " + Version.text());
    p.put("libtorch", Torch.engine().getVersion());
    p.put("date", result.started());
    p.put("run_digest", run);
    List<Object> losses = new ArrayList<>();
    result.epochs().forEach(e -> losses.add(List.of(e.global(), e.local())));
    p.put("loss_curve", losses);
    if (validate.isPresent()) {
      p.put("validation_curve", result.epochs().stream().map(e -> e.validation()).toList());
    }
    return p;
  }

  /** The files of a run, beside the adapter's. */
  private record RunFiles(Path out, Path checkpoints, Path cache, Path log, Path report) {
    static RunFiles beside(Path out) {
      String name = out.getFileName().toString();
      String stem = name.endsWith(".safetensors") ? name.substring(0, name.length() - 12) : name;
      return new RunFiles(
          out,
          out.resolveSibling(stem + ".checkpoints"),
          out.resolveSibling(stem + ".cache"),
          out.resolveSibling(stem + ".log.jsonl"),
          out.resolveSibling(stem + ".html"));
    }

    void requireWritable() {
      Path there = out.toAbsolutePath();
      if (Files.isDirectory(there)) {
        throw new HeadClipException("--out %s is a folder, expected a file".formatted(out));
      }
      Path parent = there.getParent();
      while (parent != null && !Files.exists(parent)) {
        parent = parent.getParent();
      }
      if (parent == null || !Files.isDirectory(parent) || !Files.isWritable(parent)) {
        throw new HeadClipException("--out %s: folder is not writable".formatted(out));
      }
    }

    /** Whether the adapter is there and of the same settings, data and backbone. */
    boolean holdsRun(String run) {
      if (!Files.isRegularFile(out)) {
        return false;
      }
      try {
        return AdapterFile.contents(out)
            .settings()
            .path("provenance")
            .path("run_digest")
            .asText()
            .equals(run);
      } catch (HeadClipException e) {
        return false;
      }
    }

    /** What only an unfinished run needs. */
    void tidy(CacheSettings cached, boolean removeCache) {
      AtomicFiles.deleteTree(checkpoints);
      if (removeCache) {
        cached.remove();
      }
    }
  }
}
