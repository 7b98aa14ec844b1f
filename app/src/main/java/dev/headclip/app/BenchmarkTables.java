package dev.headclip.app;

import dev.headclip.dataset.KnownDataset;
import dev.headclip.evaluate.Published;
import dev.headclip.internal.report.LineChart;
import dev.headclip.metrics.Figure;
import dev.headclip.metrics.Level;
import dev.headclip.metrics.MetricsReport;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The paper's tables from a plan's cells: best and second marked, mean and spread over the seeds,
 * the paper's figures beside ours. A mean is over the same data sets for every variant, and says so
 * where some are missing; what is incomplete stands beside nothing of the paper's.
 */
final class BenchmarkTables {
  private static final String MEAN = Published.MEAN;
  private static final Published HEADCLIP = new Published.OfMethod("HeadCLIP");

  private final BenchmarkResults results;
  private final BenchmarkPlan plan;

  BenchmarkTables(BenchmarkResults results) {
    this.results = results;
    this.plan = results.plan();
  }

  /** Data sets of a domain by variant, and their mean: Tables 1 to 6. */
  Optional<BenchmarkTable> bySet(String domain, Level level) {
    List<Figure> figures = MetricsReport.columns(level);
    Map<String, List<BenchmarkValue>> rows = new LinkedHashMap<>();
    for (String row : inside(domain, level)) {
      String lacks = results.incomplete(row).map(" (%s)"::formatted).orElse("");
      put(rows, row + lacks, values(row, MEAN, level, figures));
    }
    if (rows.isEmpty()) {
      return Optional.empty();
    }
    Mean mean = new Mean(domain, level);
    if (mean.of.size() > 1) {
      put(rows, mean.label(), mean.values(figures));
    }
    return Optional.of(
        new BenchmarkTable(
            "%s level, %s%s".formatted(level.key(), domain, beside()), letters(figures), rows));
  }

  private String beside() {
    boolean published = plan.published().values().stream().anyMatch(p -> !p.isEmpty());
    return ", protocol %s, %%%s"
        .formatted(
            plan.protocol().key(),
            published ? "; in brackets the published figure and ours less it" : "");
  }

  private static List<String> letters(List<Figure> figures) {
    return figures.stream().map(Figure::letter).toList();
  }

  /** A line for each variant; figures are compared between variants. */
  private void put(
      Map<String, List<BenchmarkValue>> rows, String name, List<List<BenchmarkValue>> byVariant) {
    int figures = byVariant.get(0).size();
    List<List<BenchmarkValue>> ranked = new ArrayList<>();
    for (int f = 0; f < figures; f++) {
      int at = f;
      ranked.add(BenchmarkValue.ranked(byVariant.stream().map(v -> v.get(at)).toList()));
    }
    List<String> variants = results.variants();
    for (int v = 0; v < variants.size(); v++) {
      int at = v;
      String line = variants.size() == 1 ? name : name + ", " + variants.get(v);
      rows.put(line, ranked.stream().map(f -> f.get(at)).toList());
    }
  }

  /** Per variant the figures of a row. */
  private List<List<BenchmarkValue>> values(
      String row, String category, Level level, List<Figure> figures) {
    Optional<KnownDataset> set = results.known(row);
    // a mean over other classes is no match for the paper's; a class is where its images are there
    boolean whole = results.incomplete(row).isEmpty();
    boolean comparable =
        set.isPresent() && (whole || !category.equals(MEAN) && complete(row, category));
    return results.variants().stream()
        .map(
            v ->
                figures.stream()
                    .map(
                        f ->
                            BenchmarkValue.of(
                                results.figure(v, row, category, level, f).values(),
                                comparable
                                    ? plan.published(v, set.get(), category, level, f)
                                    : OptionalDouble.empty()))
                    .toList())
        .toList();
  }

  private boolean complete(String row, String category) {
    Map<String, KnownDataset.Count> published = results.known(row).orElseThrow().published();
    int all =
        published.entrySet().stream()
            .filter(e -> KnownDataset.sameName(e.getKey()).equals(KnownDataset.sameName(category)))
            .mapToInt(e -> e.getValue().normal() + e.getValue().anomalous())
            .sum();
    int found =
        results.cells().stream()
            .filter(c -> c.row(plan).equals(row) && c.result().isPresent())
            .mapToInt(c -> c.images(category))
            .max()
            .orElse(0);
    return found >= all;
  }

  /** The rows of a domain that have figures of a level. */
  private List<String> inside(String domain, Level level) {
    return results.rows().stream()
        .filter(r -> results.domain(r).equals(domain))
        .filter(r -> results.variants().stream().anyMatch(v -> has(v, r, level)))
        .toList();
  }

  private boolean has(String variant, String row, Level level) {
    return !results.figure(variant, row, MEAN, level, Figure.MAD).isEmpty();
  }

  /** A mean over the data sets that every variant with figures has. */
  private final class Mean {
    private final Level level;
    private final List<String> all;
    private final List<String> of;

    Mean(String domain, Level level) {
      this.level = level;
      List<String> planned =
          results.rows().stream().filter(r -> results.domain(r).equals(domain)).toList();
      List<String> there = inside(domain, level);
      this.all =
          planned.stream().filter(r -> there.contains(r) || failed(r) && reported(r)).toList();
      List<String> variants =
          results.variants().stream()
              .filter(v -> there.stream().anyMatch(r -> has(v, r, level)))
              .toList();
      this.of =
          there.stream().filter(r -> variants.stream().allMatch(v -> has(v, r, level))).toList();
    }

    /** A row without any result: its data are missing, or not reached yet. */
    private boolean failed(String row) {
      return results.cells().stream()
          .filter(c -> c.row(plan).equals(row))
          .allMatch(c -> c.result().isEmpty());
    }

    /** Whether the paper has figures of this level for a set; of other sets it is not known. */
    private boolean reported(String row) {
      return results
          .known(row)
          .map(k -> HEADCLIP.figure(k, MEAN, level, Figure.MAD).isPresent())
          .orElse(true);
    }

    private List<String> incomplete() {
      return of.stream().filter(r -> results.incomplete(r).isPresent()).toList();
    }

    /** "mean", or what it is over. */
    String label() {
      String few =
          of.size() < all.size() ? " of %d of %d sets".formatted(of.size(), all.size()) : "";
      String partly =
          incomplete().isEmpty()
              ? ""
              : " (incomplete: %s)".formatted(String.join(", ", incomplete()));
      return "mean" + few + partly;
    }

    List<List<BenchmarkValue>> values(List<Figure> figures) {
      return results.variants().stream()
          .map(v -> figures.stream().map(f -> value(v, f)).toList())
          .toList();
    }

    BenchmarkValue value(String variant, Figure figure) {
      List<KnownDataset> sets = of.stream().flatMap(r -> results.known(r).stream()).toList();
      boolean comparable =
          incomplete().isEmpty()
              && !of.isEmpty()
              && sets.size() == of.size()
              && sets.stream().distinct().count() == sets.size();
      return BenchmarkValue.of(
          bySeed(of.stream().map(r -> results.figure(variant, r, MEAN, level, figure)).toList()),
          comparable ? plan.published(variant, sets, level, figure) : OptionalDouble.empty());
    }
  }

  /** Per seed that all have, the mean. */
  private static Collection<Double> bySeed(List<Map<Long, Double>> sets) {
    Map<Long, Double> means = new LinkedHashMap<>();
    if (!sets.isEmpty()) {
      for (Long seed : sets.get(0).keySet()) {
        if (sets.stream().allMatch(s -> s.containsKey(seed))) {
          means.put(seed, sets.stream().mapToDouble(s -> s.get(seed)).average().orElseThrow());
        }
      }
    }
    return means.values();
  }

  /** Variants by the mean mAD of each level and domain: Tables 7 to 9. */
  BenchmarkTable byVariant() {
    List<String> columns = new ArrayList<>();
    List<List<BenchmarkValue>> values = new ArrayList<>();
    for (Level level : Level.values()) {
      for (String domain : results.domains()) {
        Mean mean = new Mean(domain, level);
        if (!mean.of.isEmpty()) {
          String over = mean.label().substring("mean".length());
          columns.add("%s mAD, %s%s".formatted(level.key(), domain, over));
          values.add(
              BenchmarkValue.ranked(
                  results.variants().stream().map(v -> mean.value(v, Figure.MAD)).toList()));
        }
      }
    }
    Map<String, List<BenchmarkValue>> rows = new LinkedHashMap<>();
    List<String> variants = results.variants();
    for (int v = 0; v < variants.size(); v++) {
      int at = v;
      rows.put(variants.get(v), values.stream().map(c -> c.get(at)).toList());
    }
    return new BenchmarkTable("Mean over data sets" + beside(), columns, rows);
  }

  /**
   * The variants that answer a question: their mean mAD of each level and domain, and how far all
   * their figures of data sets lie from the paper's in the mean.
   */
  BenchmarkTable answers(BenchmarkPlan.Question q) {
    BenchmarkTable all = byVariant();
    List<String> columns = new ArrayList<>(all.columns());
    columns.add("mean distance to the paper (of figures)");
    Map<String, List<BenchmarkValue>> rows = new LinkedHashMap<>();
    List<List<BenchmarkValue>> some = q.variants().stream().map(v -> all.rows().get(v)).toList();
    for (int i = 0; i < some.size(); i++) {
      List<BenchmarkValue> row = new ArrayList<>();
      for (int c = 0; c < all.columns().size(); c++) {
        int at = c;
        row.add(BenchmarkValue.ranked(some.stream().map(r -> r.get(at)).toList()).get(i));
      }
      row.add(BenchmarkValue.of(distance(q, q.variants().get(i)), OptionalDouble.empty()));
      rows.put(q.variants().get(i), row);
    }
    return new BenchmarkTable(q.text(), columns, rows);
  }

  /** Which cells decide a question, and what they say so far. */
  String verdict(BenchmarkPlan.Question q) {
    Optional<String> nearest =
        q.variants().stream()
            .filter(v -> !distance(q, v).isEmpty())
            .min(Comparator.comparingDouble(v -> distance(q, v).get(0)));
    return "Decided by the cells of %s on every data set: the nearest to the paper's figures is meant. So far: %s."
        .formatted(
            String.join(", ", q.variants()),
            nearest.map(v -> "\"" + v + "\"").orElse("no complete data set to tell by"));
  }

  /**
   * The mean absolute difference to the paper's figures, over the complete data sets that every
   * variant of a question has; none without such.
   */
  private List<Double> distance(BenchmarkPlan.Question q, String variant) {
    List<Double> all = new ArrayList<>();
    int v = results.variants().indexOf(variant);
    for (String row : results.rows()) {
      for (Level level : Level.values()) {
        if (q.variants().stream().allMatch(o -> has(o, row, level))) {
          for (BenchmarkValue value : values(row, MEAN, level, level.figures()).get(v)) {
            if (value.isThere() && value.published().isPresent()) {
              all.add(Math.abs(value.mean() - value.published().getAsDouble()));
            }
          }
        }
      }
    }
    return all.isEmpty()
        ? List.of()
        : List.of(all.stream().mapToDouble(Double::doubleValue).average().orElseThrow());
  }

  /** The classes of a data set: Tables 10 to 26. */
  Optional<BenchmarkTable> byClass(String row, Level level) {
    List<Figure> figures = MetricsReport.columns(level);
    Map<String, List<BenchmarkValue>> rows = new LinkedHashMap<>();
    for (String category : results.classes(row)) {
      List<List<BenchmarkValue>> values = values(row, category, level, figures);
      if (values.stream().flatMap(List::stream).anyMatch(BenchmarkValue::isThere)) {
        put(rows, category, values);
      }
    }
    return rows.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new BenchmarkTable(
                "%s, %s level%s".formatted(row, level.key(), beside()), letters(figures), rows));
  }

  /** Image mAD over lambda in a domain, a line per variant: Figure 4. */
  LineChart lambdaSweep(String domain) {
    LineChart chart =
        new LineChart(
            "Image mAD over lambda, %s, %%".formatted(domain), "lambda, weight of the local score");
    double[] x = plan.lambdas().stream().mapToDouble(l -> l).toArray();
    Mean mean = new Mean(domain, Level.IMAGE);
    for (String v : results.variants()) {
      chart.line(
          v,
          x,
          plan.lambdas().stream()
              .mapToDouble(
                  l ->
                      bySeed(mean.of.stream().map(r -> results.atLambda(v, r, l)).toList()).stream()
                          .mapToDouble(Double::doubleValue)
                          .average()
                          .orElse(Double.NaN))
              .toArray());
    }
    return chart;
  }

  /** Whether there is anything to draw over lambda in a domain. */
  boolean sweeps(String domain) {
    return !plan.lambdas().isEmpty() && !new Mean(domain, Level.IMAGE).of.isEmpty();
  }

  /**
   * Variants by data set in the form that few-shot papers print: image AUROC, pixel AUROC and
   * AUPRO.
   */
  private Optional<BenchmarkTable> byShots() {
    List<String> columns = new ArrayList<>();
    List<List<BenchmarkValue>> values = new ArrayList<>();
    for (String row : results.rows()) {
      String lacks = results.incomplete(row).map(" (%s)"::formatted).orElse("");
      for (Level level : Level.values()) {
        List<Figure> figures = printed(level);
        List<List<BenchmarkValue>> of = values(row, MEAN, level, figures);
        for (int f = 0; f < figures.size(); f++) {
          int at = f;
          columns.add("%s%s, %s %s".formatted(row, lacks, level.key(), figures.get(f).key()));
          values.add(BenchmarkValue.ranked(of.stream().map(v -> v.get(at)).toList()));
        }
      }
    }
    Map<String, List<BenchmarkValue>> rows = new LinkedHashMap<>();
    List<String> variants = results.variants();
    for (int v = 0; v < variants.size(); v++) {
      int at = v;
      rows.put(variants.get(v), values.stream().map(c -> c.get(at)).toList());
    }
    return results.cells().stream().noneMatch(c -> c.result().isPresent())
        ? Optional.empty()
        : Optional.of(new BenchmarkTable("References and batches" + beside(), columns, rows));
  }

  private static List<Figure> printed(Level level) {
    return level == Level.IMAGE ? List.of(Figure.AUROC) : List.of(Figure.AUROC, Figure.AUPRO);
  }

  /** All tables that have something in them. */
  List<BenchmarkTable> tables() {
    List<BenchmarkTable> all = new ArrayList<>();
    if (!plan.references().isEmpty()) {
      byShots().ifPresent(all::add);
    }
    for (String domain : results.domains()) {
      for (Level level : Level.values()) {
        bySet(domain, level).ifPresent(all::add);
      }
    }
    if (results.variants().size() > 1) {
      all.add(byVariant());
    }
    return all;
  }

  /** The tables of the data sets that have more than one class. */
  List<BenchmarkTable> classTables() {
    List<BenchmarkTable> all = new ArrayList<>();
    for (String row : results.rows()) {
      if (results.classes(row).size() > 1) {
        for (Level level : Level.values()) {
          byClass(row, level).ifPresent(all::add);
        }
      }
    }
    return all;
  }
}
