package dev.headclip.app;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headclip.dataset.KnownDataset;
import dev.headclip.dataset.KnownDatasets;
import dev.headclip.internal.report.Html;
import dev.headclip.internal.report.LineChart;
import dev.headclip.metrics.Figure;
import dev.headclip.metrics.Level;
import dev.headclip.metrics.MetricsReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.commons.csv.CSVFormat;

/**
 * A plan's cells as the paper's tables: a row per data set and a column per variant and figure;
 * best and second marked, mean and spread over the seeds.
 */
final class BenchmarkTables {
  private final BenchmarkPlan plan;
  private final List<BenchmarkRun.Cell> cells;

  BenchmarkTables(BenchmarkPlan plan, List<BenchmarkRun.Cell> cells) {
    this.plan = plan;
    this.cells = cells;
  }

  /**
   * A number of a table.
   *
   * @param mean over seeds, percent; NaN where there is none
   * @param spread standard deviation over seeds; NaN for a single one
   * @param rank among the variants, 1 best; 0 for none
   */
  record Value(double mean, double spread, int rank) {
    String plain() {
      return Double.isNaN(mean)
          ? "-"
          : Double.isNaN(spread) ? "%.1f".formatted(mean) : "%.1f ± %.1f".formatted(mean, spread);
    }

    private String marked(String[] best, String[] second, String text) {
      return switch (rank) {
        case 1 -> best[0] + text + best[1];
        case 2 -> second[0] + text + second[1];
        default -> text;
      };
    }

    String markdown() {
      return marked(new String[] {"**", "**"}, new String[] {"<u>", "</u>"}, plain());
    }

    String latex() {
      return marked(
          new String[] {"\\textbf{", "}"},
          new String[] {"\\underline{", "}"},
          plain().replace("±", "$\\pm$"));
    }
  }

  /**
   * A table.
   *
   * @param title above
   * @param columns behind the first
   * @param rows by name
   */
  record Table(String title, List<String> columns, Map<String, List<Value>> rows) {
    String markdown() {
      StringBuilder s = new StringBuilder("### %s%n%n".formatted(title));
      s.append("| | ").append(String.join(" | ", columns)).append(" |\n");
      s.append("|---|").append("---:|".repeat(columns.size())).append('\n');
      rows.forEach(
          (name, values) ->
              s.append("| %s | ".formatted(name))
                  .append(values.stream().map(Value::markdown).collect(Collectors.joining(" | ")))
                  .append(" |\n"));
      return s.append('\n').toString();
    }

    String latex() {
      StringBuilder s = new StringBuilder("% " + title + "\n");
      s.append("\\begin{tabular}{l%s}%n\\hline%n".formatted("r".repeat(columns.size())));
      s.append(" & ")
          .append(columns.stream().map(Table::escaped).collect(Collectors.joining(" & ")));
      s.append(" \\\\\n\\hline\n");
      rows.forEach(
          (name, values) ->
              s.append(escaped(name))
                  .append(" & ")
                  .append(values.stream().map(Value::latex).collect(Collectors.joining(" & ")))
                  .append(" \\\\\n"));
      return s.append("\\hline\n\\end{tabular}\n\n").toString();
    }

    private static String escaped(String text) {
      return text.replace("_", "\\_").replace("%", "\\%").replace("&", "\\&");
    }

    String html() {
      List<String> head = new ArrayList<>(List.of(""));
      head.addAll(columns);
      StringBuilder s = new StringBuilder("<div class=\"scroll\"><table><thead><tr>");
      head.forEach(h -> s.append("<th>").append(Html.escape(h)).append("</th>"));
      s.append("</tr></thead><tbody>");
      rows.forEach(
          (name, values) -> {
            s.append("<tr><td>").append(Html.escape(name)).append("</td>");
            values.forEach(
                v ->
                    s.append("<td>")
                        .append(
                            v.marked(
                                new String[] {"<b>", "</b>"},
                                new String[] {"<u>", "</u>"},
                                v.plain()))
                        .append("</td>"));
            s.append("</tr>");
          });
      return Html.section(title, s.append("</tbody></table></div>").toString());
    }
  }

  private List<String> targets() {
    Set<String> names = new LinkedHashSet<>();
    plan.experiments()
        .forEach(
            e -> e.targets().forEach(t -> names.add(plan.row(e.auxiliary().name(), t.name()))));
    return List.copyOf(names);
  }

  /** Figures of one variant on one target, one per seed, percent. */
  private double[] figures(String variant, String target, Level level, Figure figure) {
    return cells.stream()
        .filter(c -> c.variant().equals(variant) && c.row(plan).equals(target))
        .flatMap(c -> c.result().stream())
        .map(r -> r.path("metrics").path("mean").path(level.key()).path(figure.key()))
        .filter(JsonNode::isNumber)
        .mapToDouble(v -> 100 * v.asDouble())
        .toArray();
  }

  /**
   * Data sets by variants and figures: Tables 1 to 6. With more than two variants these are rows,
   * as no page is wide enough.
   */
  Table bySet(Level level) {
    List<Figure> figures = MetricsReport.columns(level);
    List<String> variants = List.copyOf(plan.variants().keySet());
    Map<String, List<Value>> wide = new LinkedHashMap<>();
    for (String target : targets()) {
      List<double[]> row = new ArrayList<>();
      for (String v : variants) {
        for (Figure f : figures) {
          row.add(figures(v, target, level, f));
        }
      }
      if (row.stream().anyMatch(r -> r.length > 0)) {
        wide.put(target, ranked(row, figures.size()));
      }
    }
    if (wide.size() > 1) {
      wide.put("mean", meanRow(wide, figures.size()));
    }
    String title = "%s level, protocol %s, %%".formatted(level.key(), plan.protocol().key());
    List<String> letters = figures.stream().map(Figure::letter).toList();
    if (variants.size() <= 2) {
      List<String> columns = new ArrayList<>();
      variants.forEach(
          v -> letters.forEach(l -> columns.add(variants.size() == 1 ? l : v + " " + l)));
      return new Table(title, columns, wide);
    }
    Map<String, List<Value>> rows = new LinkedHashMap<>();
    wide.forEach(
        (target, values) -> {
          for (int v = 0; v < variants.size(); v++) {
            int from = v * figures.size();
            rows.put(target + ", " + variants.get(v), values.subList(from, from + figures.size()));
          }
        });
    return new Table(title, letters, rows);
  }

  /** Variants by the mean mAD of each level and domain: Tables 7 to 9. */
  Table byVariant() {
    List<String> columns = new ArrayList<>();
    List<List<double[]>> values = new ArrayList<>();
    for (Level level : Level.values()) {
      for (String domain : domains()) {
        List<String> inside = targets().stream().filter(t -> domain(t).equals(domain)).toList();
        List<double[]> column =
            plan.variants().keySet().stream().map(v -> means(v, inside, level)).toList();
        if (column.stream().anyMatch(c -> c.length > 0)) {
          columns.add("%s mAD, %s".formatted(level.key(), domain));
          values.add(column);
        }
      }
    }
    Map<String, List<Value>> rows = new LinkedHashMap<>();
    int variant = 0;
    List<List<Value>> ranked = values.stream().map(c -> ranked(c, 1)).toList();
    for (String name : plan.variants().keySet()) {
      int at = variant++;
      rows.put(name, ranked.stream().map(c -> c.get(at)).toList());
    }
    return new Table(
        "Mean over data sets, protocol %s, %%".formatted(plan.protocol().key()), columns, rows);
  }

  private Set<String> domains() {
    Set<String> all = new LinkedHashSet<>();
    targets().forEach(t -> all.add(domain(t)));
    return all;
  }

  private String domain(String row) {
    return cells.stream()
        .filter(c -> c.row(plan).equals(row))
        .findFirst()
        .flatMap(c -> c.target().dataset())
        .map(KnownDatasets::named)
        .map(KnownDataset::domain)
        .map(d -> d.name().toLowerCase(java.util.Locale.ROOT))
        .orElse("own");
  }

  /** Per seed the mean mAD over the targets that have it. */
  private double[] means(String variant, List<String> inside, Level level) {
    return plan.seeds().stream()
        .mapToDouble(
            seed ->
                cells.stream()
                    .filter(c -> c.variant().equals(variant) && c.seed() == seed)
                    .filter(c -> inside.contains(c.row(plan)))
                    .flatMap(c -> c.result().stream())
                    .map(r -> r.path("metrics").path("mean").path(level.key()).path("mad"))
                    .filter(JsonNode::isNumber)
                    .mapToDouble(v -> 100 * v.asDouble())
                    .average()
                    .orElse(Double.NaN))
        .filter(Double::isFinite)
        .toArray();
  }

  /**
   * @param stride values of one group; place i of every group is compared
   */
  private static List<Value> ranked(List<double[]> seeds, int stride) {
    double[] means =
        seeds.stream()
            .mapToDouble(s -> java.util.Arrays.stream(s).average().orElse(Double.NaN))
            .toArray();
    boolean several = seeds.size() > stride;
    return IntStream.range(0, means.length)
        .mapToObj(
            i -> {
              long better =
                  IntStream.range(0, means.length)
                      .filter(j -> j % stride == i % stride && means[j] > means[i])
                      .count();
              int rank = several && Double.isFinite(means[i]) ? (int) better + 1 : 0;
              return new Value(means[i], spread(seeds.get(i)), rank);
            })
        .toList();
  }

  private static List<Value> meanRow(Map<String, List<Value>> rows, int stride) {
    int n = rows.values().iterator().next().size();
    List<double[]> means = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      int column = i;
      double m =
          rows.values().stream()
              .mapToDouble(r -> r.get(column).mean())
              .filter(Double::isFinite)
              .average()
              .orElse(Double.NaN);
      means.add(Double.isFinite(m) ? new double[] {m} : new double[0]);
    }
    return ranked(means, stride);
  }

  private static double spread(double[] v) {
    if (v.length < 2) {
      return Double.NaN;
    }
    double mean = java.util.Arrays.stream(v).average().orElseThrow();
    double sum = java.util.Arrays.stream(v).map(x -> (x - mean) * (x - mean)).sum();
    return Math.sqrt(sum / (v.length - 1));
  }

  /** Image mAD over lambda, a line per variant, the mean over data sets and seeds: Figure 4. */
  LineChart lambdaSweep() {
    LineChart chart =
        new LineChart("Image mAD over lambda, %", "lambda, weight of the local score");
    double[] x = plan.lambdas().stream().mapToDouble(l -> l).toArray();
    for (String v : plan.variants().keySet()) {
      double[] y =
          plan.lambdas().stream()
              .mapToDouble(
                  l ->
                      cells.stream()
                          .filter(c -> c.variant().equals(v))
                          .flatMap(c -> c.result().stream())
                          .map(r -> r.path("lambda").path(String.valueOf((double) l)).path("mad"))
                          .filter(JsonNode::isNumber)
                          .mapToDouble(n -> 100 * n.asDouble())
                          .average()
                          .orElse(Double.NaN))
              .toArray();
      chart.line(v, x, y);
    }
    return chart;
  }

  /** Everything, as CSV: one figure a line. */
  String csv() {
    StringBuilder s = new StringBuilder("auxiliary,target,variant,seed,level,figure,percent\n");
    for (BenchmarkRun.Cell c : cells) {
      for (Level level : Level.values()) {
        for (Figure f : MetricsReport.columns(level)) {
          c.result()
              .map(r -> r.path("metrics").path("mean").path(level.key()).path(f.key()))
              .filter(JsonNode::isNumber)
              .ifPresent(
                  v ->
                      s.append(
                              CSVFormat.DEFAULT.format(
                                  c.auxiliary(),
                                  c.target().name(),
                                  c.variant(),
                                  c.seed(),
                                  level.key(),
                                  f.key(),
                                  "%.4f".formatted(100 * v.asDouble())))
                          .append('\n'));
        }
      }
    }
    return s.toString();
  }

  /** All tables that have something in them. */
  List<Table> tables() {
    List<Table> all = new ArrayList<>();
    for (Level level : Level.values()) {
      Table t = bySet(level);
      if (!t.rows().isEmpty()) {
        all.add(t);
      }
    }
    if (plan.variants().size() > 1) {
      all.add(byVariant());
    }
    return all;
  }
}
