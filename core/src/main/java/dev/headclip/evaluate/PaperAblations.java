package dev.headclip.evaluate;

import dev.headclip.dataset.KnownDataset;
import dev.headclip.metrics.Figure;
import dev.headclip.metrics.Level;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The paper's Tables 4 to 9, percent. Table 7's columns are read as they must be
 * (docs/spec/headclip.md, T1).
 */
public final class PaperAblations {
  private static final Map<String, Double> ALL = new HashMap<>();

  static {
    PaperResults.lines("/headclip/paper_ablations.csv")
        .forEach(
            c ->
                ALL.put(
                    key(Integer.parseInt(c[0]), c[1], c[2], c[3], c[4], c[5], c[6]),
                    Double.parseDouble(c[7])));
  }

  private PaperAblations() {}

  private static String key(
      int table,
      String domain,
      String dataset,
      String layers,
      String setting,
      String level,
      String figure) {
    return String.join("|", String.valueOf(table), domain, dataset, layers, setting, level, figure);
  }

  /**
   * A figure as printed.
   *
   * @param dataset as the paper spells it, or Average
   * @param layers output layers with spaces between, for Table 7; else empty
   * @param setting "head_weights=yes", "start=0.5" ...
   */
  public static OptionalDouble get(
      int table,
      KnownDataset.Domain domain,
      String dataset,
      String layers,
      String setting,
      Level level,
      Figure figure) {
    String d = domain.name().toLowerCase(Locale.ROOT);
    Double v = ALL.get(key(table, d, dataset, layers, setting, level.key(), figure.key()));
    return v == null ? OptionalDouble.empty() : OptionalDouble.of(v);
  }

  /** Whether a table has something for these layers and this setting. */
  static boolean has(int table, String layers, String setting) {
    String prefix = table + "|";
    String inside = "|" + layers + "|" + setting + "|";
    return ALL.keySet().stream().anyMatch(k -> k.startsWith(prefix) && k.contains(inside));
  }
}
