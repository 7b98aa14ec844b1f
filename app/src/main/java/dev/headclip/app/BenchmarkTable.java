package dev.headclip.app;

import dev.headclip.internal.report.Html;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A table in three forms.
 *
 * @param title above
 * @param columns behind the first
 * @param rows by name
 */
record BenchmarkTable(String title, List<String> columns, Map<String, List<BenchmarkValue>> rows) {
  private static String joined(
      List<BenchmarkValue> values, Function<BenchmarkValue, String> form, String between) {
    return values.stream().map(form).collect(Collectors.joining(between));
  }

  String markdown() {
    StringBuilder s = new StringBuilder("### %s%n%n".formatted(title));
    s.append("| | ").append(String.join(" | ", columns)).append(" |\n");
    s.append("|---|").append("---:|".repeat(columns.size())).append('\n');
    rows.forEach(
        (name, values) ->
            s.append(
                "| %s | %s |%n".formatted(name, joined(values, BenchmarkValue::markdown, " | "))));
    return s.append('\n').toString();
  }

  String latex() {
    StringBuilder s = new StringBuilder("% " + title.replace('\n', ' ') + "\n");
    s.append("\\begin{tabular}{l%s}%n\\hline%n".formatted("r".repeat(columns.size())));
    s.append(" & ")
        .append(columns.stream().map(BenchmarkTable::escaped).collect(Collectors.joining(" & ")));
    s.append(" \\\\\n\\hline\n");
    rows.forEach(
        (name, values) ->
            s.append(
                "%s & %s \\\\%n"
                    .formatted(escaped(name), joined(values, BenchmarkValue::latex, " & "))));
    return s.append("\\hline\n\\end{tabular}\n\n").toString();
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\textbackslash{}")
        .replace("_", "\\_")
        .replace("%", "\\%")
        .replace("&", "\\&")
        .replace("#", "\\#");
  }

  /** Without its heading. */
  String html() {
    List<String> head = new ArrayList<>(List.of(""));
    head.addAll(columns);
    List<List<String>> cells = new ArrayList<>();
    rows.forEach(
        (name, values) -> {
          List<String> row = new ArrayList<>(List.of(Html.escape(name)));
          values.forEach(v -> row.add(v.html()));
          cells.add(row);
        });
    return Html.tableOf(head, cells);
  }
}
