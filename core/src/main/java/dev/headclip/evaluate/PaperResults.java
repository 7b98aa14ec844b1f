package dev.headclip.evaluate;

import dev.headclip.dataset.KnownDataset;
import dev.headclip.metrics.Figure;
import dev.headclip.metrics.Level;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;

/** Every figure of the paper's tables (arXiv 2505.22259), in percent. */
final class PaperResults {
  private static final String RESOURCE = "/headclip/paper_results.csv";
  private static final Map<String, Double> ALL = load();

  private PaperResults() {}

  private static Map<String, Double> load() {
    Map<String, Double> all = new HashMap<>();
    lines(RESOURCE)
        .forEach(c -> all.put(key(c[0], c[1], c[2], c[3], c[4]), Double.parseDouble(c[5])));
    return all;
  }

  /** The fields of a table's lines, without its head. */
  static List<String[]> lines(String resource) {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(PaperResults.class.getResourceAsStream(resource)),
                StandardCharsets.UTF_8))) {
      return in.lines().skip(1).map(l -> l.split(",")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String key(
      String dataset, String category, String method, String level, String figure) {
    return String.join(
        "|",
        dataset,
        KnownDataset.sameName(category),
        method.toLowerCase(Locale.ROOT),
        level,
        figure);
  }

  /**
   * A figure as printed.
   *
   * @param category a class, or "mean"
   * @param method anovl, anomalyclip, adaclip or headclip
   */
  public static OptionalDouble get(
      KnownDataset dataset, String category, String method, Level level, Figure figure) {
    Double v = ALL.get(key(dataset.paperName(), category, method, level.key(), figure.key()));
    return v == null ? OptionalDouble.empty() : OptionalDouble.of(v);
  }
}
