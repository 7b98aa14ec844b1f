package dev.headclip.app;

import dev.headclip.HeadClipException;
import dev.headclip.backbone.Backbone;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.model.Model;
import dev.headclip.training.cache.CacheSettings;
import dev.headclip.training.spi.LearningEngine;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code headclip benchmark}. */
@Command(
    name = "benchmark",
    description =
        "Runs a plan of variants, data sets and seeds: the paper's tables as Markdown, CSV, LaTeX and a report. Stopped or killed, the same command goes on.",
    footer = {
      "",
      "Plans that come with it: ablation (Tables 4, 5, 8 and Figure 4 on the starter model, in",
      "minutes), ablation-layers (7 and 9), paper-industrial, paper-medical (all methods), paper-ablations,",
      "readings (what the paper leaves open), few-shot (references and batches). A plan of your own: docs/benchmark.md.",
      "",
      "Examples:",
      "  headclip benchmark ablation --out results",
      "  headclip benchmark few-shot --data downloads --backbone starter --adapter starter \\",
      "    --out results",
      "  headclip benchmark paper-industrial --data downloads \\",
      "    --backbone clip-vit-large-patch14-336 --out results"
    })
final class BenchmarkCommand implements Callable<Integer> {
  @Parameters(paramLabel = "PLAN", description = "A shipped plan or a YAML file.")
  private String plan;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "A folder with a folder per data set of the paper.")
  private Optional<Path> downloads;

  @Option(
      names = "--backbone",
      paramLabel = "NAME|DIR",
      description = "The CLIP (default: the plan's).")
  private Optional<String> backbone;

  @Option(
      names = "--adapter",
      paramLabel = "NAME|FILE",
      description =
          "A stored adapter in place of training, for every variant that names no method.")
  private Optional<String> adapter;

  @Option(
      names = "--backbone-of",
      paramLabel = "VARIANT=DIR",
      description = "Another CLIP for a variant; may be given for several.")
  private Map<String, String> backbonesOf = new LinkedHashMap<>();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "For adapters, cells, tables and report.")
  private Path out;

  @Option(
      names = "--tables",
      description =
          "Only write the tables anew from the cells in --out: without data sets and models.")
  private boolean tablesOnly;

  @Option(names = "--seeds", split = ",", paramLabel = "N", description = "In place of the plan's.")
  private List<Long> seeds = List.of();

  @Option(
      names = "--set",
      paramLabel = "FLAG=VALUE",
      description =
          "A flag of train for every variant, in place of the plan's: --set epochs=1 to try a plan out.")
  private Map<String, String> forAll = new LinkedHashMap<>();

  @Option(
      names = "--device",
      paramLabel = "cpu|gpu[:N]",
      description = "What trains and scores (default: the plan's, else cpu).")
  private Optional<String> device;

  @Mixin private ComputeOptions compute;

  @Mixin private HubOption hub;

  @Override
  public Integer call() {
    BenchmarkPlan read = BenchmarkPlan.read(plan);
    Places places = hub.places();
    Optional<String> clipOf = backbone.or(read::backbone);
    // of the catalogue: its file, made for the usual CLIP
    Optional<String> stored =
        tablesOnly || clipOf.isEmpty()
            ? adapter
            : adapter.map(a -> places.adapter(a, places.backbone(clipOf.get())).toString());
    BenchmarkPlan p = read.with(seeds, forAll, stored);
    if (tablesOnly) {
      List<BenchmarkCell> cells = BenchmarkRun.stored(p, out);
      if (cells.isEmpty()) {
        throw new HeadClipException("%s: no cells of plan %s".formatted(out, p.name()));
      }
      String from = backbone.or(p::backbone).orElse("as in the cells");
      BenchmarkPictures none = new BenchmarkPictures(p, out.resolve("pictures"));
      System.out.print(new BenchmarkReport(p, from, out).write(cells, cells.size(), none));
      return Main.OK;
    }
    String clip =
        clipOf.orElseThrow(
            () -> new HeadClipException("the plan names no backbone; give one with --backbone"));
    CacheSettings cache =
        new CacheSettings(CacheSettings.Place.DISK, out.resolve("cache"), compute.cacheLimit());
    compute.useThreads();
    String computes = device.or(p::device).orElse("cpu");
    LearningEngine.find().requireDevice(computes);
    List<BenchmarkCell> cells;
    int planned;
    BenchmarkReport report =
        new BenchmarkReport(p, clip + (backbonesOf.isEmpty() ? "" : " " + backbonesOf), out);
    String tables;
    p.check();
    try (Stopper stopper = new Stopper(180);
        Backbones backbones = backbones(p, clip)) {
      BenchmarkData data = new BenchmarkData(downloads, out.resolve("data"));
      BenchmarkRun run =
          new BenchmarkRun(p, backbones::of, data, out, cache, computes, stopper.flag());
      List<String> missing = run.preflight();
      missing.forEach(m -> System.err.println("missing: " + m));
      planned = run.planned();
      // written anew after each cell: a stop or a kill leaves what there is
      cells = run.run(c -> report.write(c, planned, run.pictures()));
      tables = report.write(cells, planned, run.pictures());
      if (stopper.flag().get()) {
        System.err.println(
            "stopped; tables of what there is are in %s; the same command goes on".formatted(out));
        return Main.SOME_FAILED;
      }
    }
    System.out.print(tables);
    AtomicFiles.deleteTree(out.resolve("cache"));
    System.err.println("tables and report written to " + out);
    return cells.stream().allMatch(c -> c.result().isPresent()) ? Main.OK : Main.SOME_FAILED;
  }

  /** The variants' backbones, each opened once. */
  private record Backbones(
      Map<String, Backbone> byPlace, Map<String, String> places, String usual, Places published)
      implements AutoCloseable {
    Backbone of(String variant) {
      return byPlace.computeIfAbsent(
          places.getOrDefault(variant, usual), p -> Model.backbone(published.backbone(p)));
    }

    @Override
    public void close() {
      byPlace.values().forEach(Backbone::close);
    }
  }

  private Backbones backbones(BenchmarkPlan p, String clip) {
    for (String variant : backbonesOf.keySet()) {
      if (!p.variants().containsKey(variant)) {
        throw new HeadClipException(
            "--backbone-of %s: the plan has no such variant, expected one of %s"
                .formatted(variant, p.variants().keySet()));
      }
    }
    Backbones all = new Backbones(new LinkedHashMap<>(), backbonesOf, clip, hub.places());
    try {
      p.variants().keySet().forEach(v -> p.check(v, all.of(v).config()));
      all.byPlace().values().forEach(ActivationOption::say);
      return all;
    } catch (RuntimeException e) {
      all.close();
      throw e;
    }
  }
}
