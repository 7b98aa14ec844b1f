package dev.headclip.metrics;

import dev.headclip.HeadClipException;
import dev.headclip.dataset.CsvTable;
import dev.headclip.dataset.Folders;
import dev.headclip.dataset.ManifestLayout;
import dev.headclip.dataset.MaskReader;
import dev.headclip.image.ExactMap;
import dev.headclip.image.ImageLoader;
import dev.headclip.image.MapReader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

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
    classes.forEach((name, rows) -> results.put(name, result(rows, protocol, progress)));
    return new MetricsReport(dataset, method, protocol, results);
  }

  private ClassScores.Result result(List<CsvTable.Row> rows, Protocol protocol, Runnable progress) {
    AtomicBoolean doubles = new AtomicBoolean();
    try (ClassScores scores = new ClassScores()) {
      // in order: figures do not depend on it, but notes and sums of ties should not vary
      rows.forEach(r -> score(scores, r));
      rows.parallelStream()
          .filter(r -> !doubles.get())
          .forEach(
              r -> {
                map(r).ifPresent(m -> add(scores, m, doubles));
                progress.run();
              });
      return doubles.get() ? exact(rows, protocol) : scores.result(protocol);
    }
  }

  private static void add(ClassScores scores, Annotated m, AtomicBoolean doubles) {
    if (!m.map().floats()) {
      // what floats would tie is told apart in two further passes
      doubles.set(true);
    } else {
      scores.addMap(m.map().toFloats(), m.mask(), m.anomalous(), m.map().width(), m.map().height());
    }
  }

  /** Maps of doubles: first what figures can depend on, then the counts. */
  private ClassScores.Result exact(List<CsvTable.Row> rows, Protocol protocol) {
    List<double[]> found =
        rows.parallelStream().flatMap(r -> map(r).stream()).map(PredictionTable::marked).toList();
    double min = found.stream().mapToDouble(f -> f[0]).min().orElse(0);
    double max = found.stream().mapToDouble(f -> f[1]).max().orElse(0);
    double[] anomalous =
        found.stream().flatMapToDouble(f -> Arrays.stream(f, 2, f.length)).toArray();
    try (ClassScores scores = new ClassScores(ScoreOrder.Ranks.of(anomalous, min, max))) {
      rows.forEach(r -> score(scores, r));
      rows.parallelStream()
          .flatMap(r -> map(r).stream())
          .forEach(
              m ->
                  scores.addMap(
                      m.map().values(),
                      m.mask(),
                      m.anomalous(),
                      m.map().width(),
                      m.map().height()));
      return scores.result(protocol);
    }
  }

  /** Lowest and highest value of a map, then those of its anomalous pixels. */
  private static double[] marked(Annotated m) {
    double[] values = m.map().values();
    if (Arrays.stream(values).anyMatch(Double::isNaN)) {
      return new double[] {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
    }
    byte[] mask = m.mask().orElseGet(() -> new byte[values.length]);
    DoubleStream ends =
        DoubleStream.of(
            Arrays.stream(values).min().orElseThrow(), Arrays.stream(values).max().orElseThrow());
    return DoubleStream.concat(
            ends,
            IntStream.range(0, values.length).filter(i -> mask[i] != 0).mapToDouble(i -> values[i]))
        .toArray();
  }

  /** A map with its mask. */
  private record Annotated(ExactMap map, Optional<byte[]> mask, boolean anomalous) {}

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
  private static double number(String text) {
    return switch (text.toLowerCase(java.util.Locale.ROOT)) {
      case "nan" -> Double.NaN;
      case "inf", "+inf", "infinity" -> Double.POSITIVE_INFINITY;
      case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }

  private Optional<Annotated> map(CsvTable.Row row) {
    if (row.get("map").isEmpty()) {
      return Optional.empty();
    }
    Path base = file.toAbsolutePath().getParent();
    ExactMap map = MapReader.exact(Folders.named(base, row.get("map")));
    boolean anomalous = ManifestLayout.label(file, row);
    Optional<byte[]> mask =
        Optional.of(row.get("mask"))
            .filter(m -> !m.isEmpty())
            .map(
                m ->
                    MaskReader.fitted(
                        ImageLoader.defaults(), Folders.named(base, m), map.width(), map.height()));
    return Optional.of(new Annotated(map, mask, anomalous));
  }
}
