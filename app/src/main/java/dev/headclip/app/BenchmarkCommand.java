package dev.headclip.app;

import dev.headclip.HeadClipException;
import dev.headclip.backbone.Backbone;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.internal.report.Html;
import dev.headclip.model.Model;
import dev.headclip.training.cache.CacheSettings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
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
      "minutes), ablation-layers (7 and 9), paper-industrial, paper-medical, paper-ablations. A plan of",
      "your own: docs/benchmark.md.",
      "",
      "Examples:",
      "  headclip benchmark ablation --out results",
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
      paramLabel = "DIR|starter",
      description = "The CLIP (default: the plan's).")
  private Optional<String> backbone;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "For adapters, cells, tables and report.")
  private Path out;

  @Mixin private ComputeOptions compute;

  @Override
  public Integer call() {
    BenchmarkPlan p = BenchmarkPlan.read(plan);
    String clip =
        backbone
            .or(p::backbone)
            .orElseThrow(
                () ->
                    new HeadClipException("the plan names no backbone; give one with --backbone"));
    CacheSettings cache =
        new CacheSettings(CacheSettings.Place.DISK, out.resolve("cache"), compute.cacheLimit());
    compute.useThreads();
    List<BenchmarkRun.Cell> cells;
    try (Backbone b = Model.backbone(clip);
        Stopper stopper = new Stopper(180)) {
      p.check(b.config());
      BenchmarkData data = new BenchmarkData(downloads, out.resolve("data"));
      cells = new BenchmarkRun(p, b, data, out, cache, stopper.flag()).run();
      if (stopper.flag().get()) {
        System.err.println("stopped; the same command goes on");
        return Main.SOME_FAILED;
      }
    }
    BenchmarkTables tables = new BenchmarkTables(p, cells);
    System.out.print(write(p, clip, tables, cells));
    AtomicFiles.deleteTree(out.resolve("cache"));
    System.err.println("tables and report written to " + out);
    return cells.stream().allMatch(c -> c.result().isPresent()) ? Main.OK : Main.SOME_FAILED;
  }

  private String write(
      BenchmarkPlan p, String clip, BenchmarkTables tables, List<BenchmarkRun.Cell> cells) {
    Map<String, Long> reasons =
        cells.stream()
            .filter(c -> c.result().isEmpty())
            .collect(
                Collectors.groupingBy(
                    c -> c.target().name() + ": " + c.error(),
                    LinkedHashMap::new,
                    Collectors.counting()));
    String failed =
        reasons.entrySet().stream()
            .map(e -> "- %s (%d cells)%n".formatted(e.getKey(), e.getValue()))
            .collect(Collectors.joining());
    StringBuilder markdown =
        new StringBuilder(
            "## %s%n%nBackbone %s, seeds %s.%n%n".formatted(p.title(), clip, p.seeds()));
    StringBuilder latex = new StringBuilder();
    StringBuilder html = new StringBuilder();
    for (BenchmarkTables.Table t : tables.tables()) {
      markdown.append(t.markdown());
      latex.append(t.latex());
      html.append(t.html());
    }
    if (!p.lambdas().isEmpty()) {
      html.append(Html.section("Joint score", tables.lambdaSweep().svg()));
    }
    if (!failed.isEmpty()) {
      markdown.append("Not done:\n\n").append(failed);
      html.append(Html.section("Not done", "<pre>" + Html.escape(failed) + "</pre>"));
    }
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("backbone", clip);
    facts.put("seeds", p.seeds());
    facts.put("train", p.common());
    p.variants().forEach((n, v) -> facts.put(n, v));
    facts.put("protocol", p.protocol().key());
    facts.put("code", "headclip " + dev.headclip.Version.text());
    html.append(Html.section("Plan", Html.facts(facts)));
    AtomicFiles.writeText(out.resolve("tables.md"), markdown.toString());
    AtomicFiles.writeText(out.resolve("tables.tex"), latex.toString());
    AtomicFiles.writeText(out.resolve("figures.csv"), tables.csv());
    AtomicFiles.writeText(out.resolve("report.html"), Html.page(p.title(), html.toString()));
    return markdown.toString();
  }
}
