package dev.headclip.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.evaluate.ReferenceEvaluation.Round;
import dev.headclip.metrics.Figure;
import dev.headclip.metrics.Level;
import dev.headclip.metrics.MetricsReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * Figures by number of references, the mean over seeds and its spread, as papers print them.
 *
 * @param reports of each round
 */
record FewShotTable(Map<Round, MetricsReport> reports) {
  /** Rounds that differ in their seeds alone, by name. */
  private Map<String, List<MetricsReport>> rows() {
    Map<String, List<MetricsReport>> all = new LinkedHashMap<>();
    reports.forEach((r, m) -> all.computeIfAbsent(r.name(), n -> new ArrayList<>()).add(m));
    return all;
  }

  private static List<Figure> columns(Level level) {
    return MetricsReport.columns(level);
  }

  /** Markdown; figures in percent. */
  String markdown() {
    StringBuilder s = new StringBuilder();
    MetricsReport first = reports.values().iterator().next();
    long seeds = reports.keySet().stream().map(Round::seed).distinct().count();
    s.append(
        "%s, %s, protocol %s, %%, mean of %d class(es)%s%n%n"
            .formatted(
                first.dataset(),
                first.method().replaceFirst(",.*", ""),
                first.protocol().key(),
                first.classes().size(),
                seeds > 1 ? ", mean and standard deviation over seeds" : ""));
    s.append("| |");
    for (Level level : Level.values()) {
      columns(level).forEach(f -> s.append(" %s %s |".formatted(level.key(), f.key())));
    }
    s.append(System.lineSeparator()).append("|---|");
    for (Level level : Level.values()) {
      columns(level).forEach(f -> s.append("---|"));
    }
    rows()
        .forEach(
            (name, of) -> {
              s.append("%n| %s |".formatted(name));
              for (Level level : Level.values()) {
                columns(level).forEach(f -> s.append(" %s |".formatted(cell(of, level, f))));
              }
            });
    return s.append(System.lineSeparator()).toString();
  }

  private static String cell(List<MetricsReport> of, Level level, Figure figure) {
    return value(of.stream().map(m -> m.mean(level).get(figure))).markdown();
  }

  private static BenchmarkValue value(Stream<OptionalDouble> seeds) {
    List<Double> percent =
        seeds.filter(OptionalDouble::isPresent).map(v -> 100 * v.getAsDouble()).toList();
    return BenchmarkValue.of(percent, OptionalDouble.empty());
  }

  /** Every round, class by class; figures are fractions. */
  ObjectNode json() {
    ObjectNode o = JsonNodeFactory.instance.objectNode();
    reports.forEach(
        (round, report) -> {
          ObjectNode r = o.withArray("rounds").addObject();
          r.put("name", round.name()).put("references", round.references());
          r.put("seed", round.seed()).put("batch", round.batch());
          r.set("metrics", report.json());
        });
    return o;
  }

  /** Image and pixel AUROC of each class, percent: the mean over seeds. */
  String classes() {
    StringBuilder s = new StringBuilder("| class |");
    rows().keySet().forEach(n -> s.append(" %s |".formatted(n)));
    s.append(System.lineSeparator()).append("|---|").append("---|".repeat(rows().size()));
    for (String c : reports.values().iterator().next().classes().keySet()) {
      s.append("%n| %s |".formatted(c));
      rows()
          .values()
          .forEach(
              of ->
                  s.append(
                      " %s / %s |"
                          .formatted(auroc(of, c, Level.IMAGE), auroc(of, c, Level.PIXEL))));
    }
    return s.append(System.lineSeparator()).toString();
  }

  private static String auroc(List<MetricsReport> of, String category, Level level) {
    BenchmarkValue v =
        value(
            of.stream()
                .map(m -> m.classes().get(category))
                .filter(Objects::nonNull)
                .map(r -> r.level(level).get(Figure.AUROC)));
    return v.isThere() ? "%.1f".formatted(v.mean()) : "-";
  }
}
