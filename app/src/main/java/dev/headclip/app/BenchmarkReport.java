package dev.headclip.app;

import dev.headclip.evaluate.Published;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.internal.report.Html;
import dev.headclip.internal.report.LineChart;
import dev.headclip.metrics.Figure;
import dev.headclip.metrics.Level;
import dev.headclip.metrics.MetricsReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.apache.commons.csv.CSVFormat;

/** Writes everything that a plan's cells say; again after every cell. */
final class BenchmarkReport {
  private final BenchmarkPlan plan;
  private final String backbone;
  private final Path out;

  BenchmarkReport(BenchmarkPlan plan, String backbone, Path out) {
    this.plan = plan;
    this.backbone = backbone;
    this.out = out;
  }

  /**
   * Tables, figures, pages.
   *
   * @param planned cells in all
   * @return the main tables as Markdown
   */
  String write(List<BenchmarkCell> cells, int planned, BenchmarkPictures pictures) {
    BenchmarkResults results = new BenchmarkResults(plan, cells);
    BenchmarkTables tables = new BenchmarkTables(results);
    List<BenchmarkTable> main = tables.tables();
    List<BenchmarkTable> classes = tables.classTables();
    String missing = missing(cells, planned);
    StringBuilder markdown =
        new StringBuilder(
            "## %s%n%nBackbone %s, seeds %s.%s%s%n%n"
                .formatted(plan.title(), backbone, plan.seeds(), published(), chosen()));
    main.forEach(t -> markdown.append(t.markdown()));
    for (BenchmarkPlan.Question q : plan.questions()) {
      markdown.append(tables.answers(q).markdown()).append(tables.verdict(q)).append("\n\n");
    }
    if (!missing.isEmpty()) {
      markdown.append("Not done:\n\n").append(missing);
    }
    AtomicFiles.writeText(out.resolve("tables.md"), markdown.toString());
    AtomicFiles.writeText(
        out.resolve("classes.md"),
        "## %s: classes%n%n".formatted(plan.title()) + joined(classes, BenchmarkTable::markdown));
    AtomicFiles.writeText(
        out.resolve("tables.tex"),
        joined(main, BenchmarkTable::latex) + joined(classes, BenchmarkTable::latex));
    AtomicFiles.writeText(out.resolve("figures.csv"), csv(results));
    boolean shown = pictures.write(out);
    AtomicFiles.writeText(
        out.resolve("report.html"), page(results, tables, main, classes, missing, shown));
    return markdown.toString();
  }

  /** What the paper's figures are of, where they stand beside ours. */
  private String published() {
    List<Published> all = plan.published().values().stream().flatMap(List::stream).toList();
    boolean references = all.stream().anyMatch(p -> p instanceof Published.OfReferences);
    boolean paper = all.stream().anyMatch(p -> !(p instanceof Published.OfReferences));
    return (paper
            ? " The paper's figures are of ViT-L/14@336 at 518 px, AnoVL's of ViT-B-16-plus-240."
            : "")
        + (references
            ? " In brackets beside references and batches: what that method's repository prints, of its own backbone and input (SubspaceAD and AnomalyDINO: DINOv2), and ours less it."
            : "");
  }

  /** Where an epoch was chosen on a second set; one that is a target as well is no unseen one. */
  private String chosen() {
    StringBuilder s = new StringBuilder();
    for (BenchmarkPlan.Experiment e : plan.experiments()) {
      for (String variant : plan.selecting()) {
        e.chosenOn(plan, variant)
            .ifPresent(
                v -> {
                  boolean target = e.targets().stream().anyMatch(t -> t.name().equals(v.name()));
                  s.append(
                      " %s from %s: epoch chosen on %s%s."
                          .formatted(
                              variant,
                              e.auxiliary().name(),
                              v.name(),
                              target ? ", so its figures there are not of an unseen set" : ""));
                });
      }
    }
    return s.toString();
  }

  private static String joined(
      List<BenchmarkTable> tables, java.util.function.Function<BenchmarkTable, String> form) {
    return tables.stream().map(form).collect(Collectors.joining());
  }

  private String page(
      BenchmarkResults results,
      BenchmarkTables tables,
      List<BenchmarkTable> main,
      List<BenchmarkTable> classes,
      String missing,
      boolean shown) {
    StringBuilder html =
        new StringBuilder(
            "<p>%s</p>"
                .formatted(
                    Html.escape(
                        "Backbone %s, seeds %s, protocol %s.%s%s"
                            .formatted(
                                backbone,
                                plan.seeds(),
                                plan.protocol().key(),
                                published(),
                                chosen()))));
    if (!missing.isEmpty()) {
      html.append(Html.section("Not done", "<pre>" + Html.escape(missing) + "</pre>"));
    }
    main.forEach(t -> html.append(Html.section(t.title(), t.html())));
    for (BenchmarkPlan.Question q : plan.questions()) {
      String said = "<p>" + Html.escape(tables.verdict(q)) + "</p>";
      html.append(Html.section(q.text(), tables.answers(q).html() + said));
    }
    for (String domain : results.domains()) {
      if (tables.sweeps(domain)) {
        LineChart chart = tables.lambdaSweep(domain);
        html.append(
            Html.section(
                "Joint score, " + domain, "<div class=\"scroll\">" + chart.svg() + "</div>"));
      }
    }
    if (shown) {
      html.append(
          Html.section(
              "Maps", "<p><a href=\"figure3.html\">All methods' maps side by side</a></p>"));
    }
    for (BenchmarkTable t : classes) {
      html.append(
          "<details><summary>%s</summary>%s</details>%n"
              .formatted(Html.escape(t.title()), t.html()));
    }
    html.append(Html.section("Plan", facts()));
    html.append(
        "<details><summary>Cells and adapters</summary>%s</details>".formatted(cells(results)));
    return Html.page(plan.title(), html.toString());
  }

  private String facts() {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("backbone", backbone);
    facts.put("seeds", plan.seeds());
    facts.put("train", plan.common());
    plan.variants().forEach(facts::put);
    facts.put("protocol", plan.protocol().key());
    facts.put("code", "headclip " + dev.headclip.Version.text());
    return Html.facts(facts);
  }

  private String cells(BenchmarkResults results) {
    List<List<String>> rows = new ArrayList<>();
    for (BenchmarkCell c : results.cells()) {
      if (c.result().isPresent()) {
        rows.add(
            List.of(
                Html.escape(c.variant()),
                Html.escape(c.target().name()),
                String.valueOf(c.seed()),
                Html.link("cells/%s.json".formatted(BenchmarkRun.name(c)), "figures"),
                Files.exists(out.resolve(BenchmarkRun.adapterFile(plan, c)))
                    ? Html.link(BenchmarkRun.adapterFile(plan, c), "adapter")
                    : ""));
      }
    }
    return Html.tableOf(List.of("variant", "target", "seed", "", ""), rows);
  }

  private String missing(List<BenchmarkCell> cells, int planned) {
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
    int rest = planned - cells.size();
    return failed
        + (rest > 0 ? "- %d of %d cells are not reached yet%n".formatted(rest, planned) : "");
  }

  /** Everything, as CSV: one figure a line. */
  private String csv(BenchmarkResults results) {
    StringBuilder s =
        new StringBuilder(
            "auxiliary,target,class,variant,seed,lambda,level,figure,percent,published\n");
    for (BenchmarkCell c : results.cells()) {
      String row = c.row(plan);
      boolean whole = results.incomplete(row).isEmpty();
      List<String> categories = new ArrayList<>(List.of("mean"));
      categories.addAll(c.classes());
      for (String category : categories) {
        for (Level level : Level.values()) {
          for (Figure f : MetricsReport.columns(level)) {
            OptionalDouble published =
                results
                    .known(row)
                    .filter(k -> whole)
                    .map(k -> plan.published(c.variant(), k, category, level, f))
                    .orElse(OptionalDouble.empty());
            c.figure(category, level, f)
                .ifPresent(v -> line(s, c, category, "", level, f, v, published));
          }
        }
      }
      for (double lambda : plan.lambdas()) {
        for (Figure f : MetricsReport.columns(Level.IMAGE)) {
          String l = String.valueOf(lambda);
          c.atLambda(lambda, f)
              .ifPresent(v -> line(s, c, "mean", l, Level.IMAGE, f, v, OptionalDouble.empty()));
        }
      }
    }
    return s.toString();
  }

  private static void line(
      StringBuilder to,
      BenchmarkCell c,
      String category,
      String lambda,
      Level level,
      Figure f,
      double percent,
      OptionalDouble published) {
    to.append(
            CSVFormat.DEFAULT.format(
                c.auxiliary(),
                c.target().name(),
                category,
                c.variant(),
                c.seed(),
                lambda,
                level.key(),
                f.key(),
                "%.4f".formatted(percent),
                published.isPresent() ? "%.1f".formatted(published.getAsDouble()) : ""))
        .append('\n');
  }
}
