package dev.headclip.app;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * A number of a table.
 *
 * @param mean over seeds, percent; NaN where there is none
 * @param spread standard deviation over seeds; NaN for a single one
 * @param published what the paper prints in its place
 * @param rank among those that it is compared with, 1 best, by the digits that are shown; 0 for
 *     none
 */
record BenchmarkValue(double mean, double spread, OptionalDouble published, int rank) {
  static BenchmarkValue of(Collection<Double> seeds, OptionalDouble published) {
    double[] v = seeds.stream().mapToDouble(Double::doubleValue).toArray();
    double mean = Arrays.stream(v).average().orElse(Double.NaN);
    double squares = Arrays.stream(v).map(x -> (x - mean) * (x - mean)).sum();
    double spread = v.length < 2 ? Double.NaN : Math.sqrt(squares / (v.length - 1));
    return new BenchmarkValue(mean, spread, published, 0);
  }

  boolean isThere() {
    return Double.isFinite(mean);
  }

  /** In tenths of a percent, as shown. */
  private long shown() {
    return Math.round(10 * mean);
  }

  /** The same values, each with its rank among them. */
  static List<BenchmarkValue> ranked(List<BenchmarkValue> all) {
    boolean several = all.stream().filter(BenchmarkValue::isThere).count() > 1;
    return IntStream.range(0, all.size())
        .mapToObj(
            i -> {
              BenchmarkValue v = all.get(i);
              long better = all.stream().filter(o -> o.isThere() && o.shown() > v.shown()).count();
              int rank = several && v.isThere() ? (int) better + 1 : 0;
              return new BenchmarkValue(v.mean, v.spread, v.published, rank);
            })
        .toList();
  }

  private String own() {
    return !isThere()
        ? "-"
        : Double.isNaN(spread) ? "%.1f".formatted(mean) : "%.1f ± %.1f".formatted(mean, spread);
  }

  /** The paper's figure and ours less it: " (93.2, +0.3)". */
  private String beside() {
    if (published.isEmpty()) {
      return "";
    }
    return isThere()
        ? " (%.1f, %+.1f)".formatted(published.getAsDouble(), mean - published.getAsDouble())
        : " (%.1f)".formatted(published.getAsDouble());
  }

  private String marked(String best, String bestEnd, String second, String secondEnd) {
    return switch (rank) {
      case 1 -> best + own() + bestEnd;
      case 2 -> second + own() + secondEnd;
      default -> own();
    };
  }

  String markdown() {
    return marked("**", "**", "<u>", "</u>") + beside();
  }

  String html() {
    String mute = beside().isEmpty() ? "" : "<span class=\"mute\">" + beside() + "</span>";
    return marked("<b>", "</b>", "<u>", "</u>") + mute;
  }

  String latex() {
    return (marked("\\textbf{", "}", "\\underline{", "}") + beside()).replace("±", "$\\pm$");
  }
}
