package dev.headclip.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;

/** Repeated measurements: median, least, most, each. */
final class Spread {
  private Spread() {}

  static double median(List<Double> values) {
    double[] a = values.stream().mapToDouble(v -> v).sorted().toArray();
    int n = a.length;
    return n % 2 == 1 ? a[n / 2] : (a[n / 2 - 1] + a[n / 2]) / 2;
  }

  static void put(ObjectNode to, List<Double> values) {
    double[] a = values.stream().mapToDouble(v -> v).sorted().toArray();
    to.put("median", round(median(values)));
    to.put("least", round(a[0])).put("most", round(a[a.length - 1]));
    Arrays.stream(values.stream().mapToDouble(v -> v).toArray())
        .forEach(v -> to.withArray("all").add(round(v)));
  }

  static double round(double v) {
    return Math.round(v * 1e4) / 1e4;
  }
}
