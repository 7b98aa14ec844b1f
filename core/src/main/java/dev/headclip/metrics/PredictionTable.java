package dev.headclip.metrics;

import dev.headclip.HeadClipException;
import dev.headclip.dataset.CsvTable;
import dev.headclip.dataset.Folders;
import dev.headclip.dataset.ManifestLayout;
import dev.headclip.dataset.MaskReader;
import dev.headclip.image.ImageLoader;
import dev.headclip.image.MapReader;
import dev.headclip.map.AnomalyMap;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Anybody's predictions as a CSV file: class, label, score, map, mask. Paths are relative to the
 * file, cells may be empty. A mask of another size is resized to its map's.
 */
public final class PredictionTable {
  private final Path file;
  private final Map<String, List<CsvTable.Row>> classes;

  private PredictionTable(Path file, Map<String, List<CsvTable.Row>> classes) {
    this.file = file;
    this.classes = classes;
  }

  public static PredictionTable read(Path file) {
    CsvTable table = CsvTable.read(file, "label");
    if (table.rows().isEmpty()) {
      throw new HeadClipException("%s: a header and no rows".formatted(file));
    }
    return new PredictionTable(
        file,
        table.rows().stream()
            .collect(
                Collectors.groupingBy(
                    r -> r.get("class").isEmpty() ? "all" : r.get("class"),
                    LinkedHashMap::new,
                    Collectors.toList())));
  }

  /** Rows in all. */
  public int rows() {
    return classes.values().stream().mapToInt(List::size).sum();
  }

  /**
   * All figures; one class after the other, its maps on all cores.
   *
   * @param progress told after each row, from several threads
   */
  public MetricsReport report(String dataset, String method, Protocol protocol, Runnable progress) {
    Map<String, ClassScores.Result> results = new LinkedHashMap<>();
    classes.forEach(
        (name, rows) -> {
          try (ClassScores scores = new ClassScores()) {
            // in order: figures do not depend on it, but notes and sums of ties should not vary
            rows.forEach(r -> score(scores, r));
            rows.parallelStream()
                .forEach(
                    r -> {
                      map(scores, r);
                      progress.run();
                    });
            results.put(name, scores.result(protocol));
          }
        });
    return new MetricsReport(dataset, method, protocol, results);
  }

  private void score(ClassScores to, CsvTable.Row row) {
    String text = row.get("score");
    if (text.isEmpty()) {
      return;
    }
    try {
      to.add(number(text), ManifestLayout.label(file, row));
    } catch (NumberFormatException e) {
      throw new HeadClipException(
          "%s line %d: score is \"%s\", expected a number".formatted(file, row.line(), text), e);
    }
  }

  /** As Java and as Python write it. */
  private static float number(String text) {
    return switch (text.toLowerCase(java.util.Locale.ROOT)) {
      case "nan" -> Float.NaN;
      case "inf", "+inf", "infinity" -> Float.POSITIVE_INFINITY;
      case "-inf", "-infinity" -> Float.NEGATIVE_INFINITY;
      default -> Float.parseFloat(text);
    };
  }

  private void map(ClassScores to, CsvTable.Row row) {
    if (row.get("map").isEmpty()) {
      return;
    }
    Path base = file.toAbsolutePath().getParent();
    AnomalyMap map = MapReader.read(Folders.named(base, row.get("map")));
    boolean anomalous = ManifestLayout.label(file, row);
    Optional<byte[]> mask =
        Optional.of(row.get("mask"))
            .filter(m -> !m.isEmpty())
            .map(
                m ->
                    MaskReader.fitted(
                        ImageLoader.defaults(), Folders.named(base, m), map.width(), map.height()));
    to.addMap(map.values(), mask, anomalous, map.width(), map.height());
  }
}
