package dev.headclip.app;

import dev.headclip.dataset.KnownDataset;
import dev.headclip.dataset.KnownDatasets;
import dev.headclip.metrics.Figure;
import dev.headclip.metrics.Level;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** A plan's cells, asked for figures. */
final class BenchmarkResults {
  /** The domain of sets that are none of the paper's. */
  static final String OWN = "own";

  private final BenchmarkPlan plan;
  private final List<BenchmarkCell> cells;

  BenchmarkResults(BenchmarkPlan plan, List<BenchmarkCell> cells) {
    this.plan = plan;
    this.cells = List.copyOf(cells);
  }

  BenchmarkPlan plan() {
    return plan;
  }

  List<BenchmarkCell> cells() {
    return cells;
  }

  List<String> variants() {
    return List.copyOf(plan.variants().keySet());
  }

  /** The targets' rows, in the plan's order. */
  List<String> rows() {
    Set<String> names = new LinkedHashSet<>();
    plan.experiments()
        .forEach(
            e -> e.targets().forEach(t -> names.add(plan.row(e.auxiliary().name(), t.name()))));
    return List.copyOf(names);
  }

  private List<BenchmarkCell> of(String row) {
    return cells.stream().filter(c -> c.row(plan).equals(row)).toList();
  }

  Optional<KnownDataset> known(String row) {
    return of(row).stream()
        .findFirst()
        .flatMap(c -> c.target().dataset())
        .map(KnownDatasets::named);
  }

  String domain(String row) {
    return known(row).map(k -> k.domain().name().toLowerCase(Locale.ROOT)).orElse(OWN);
  }

  /** The domains, in the rows' order. */
  Set<String> domains() {
    Set<String> all = new LinkedHashSet<>();
    rows().forEach(t -> all.add(domain(t)));
    return all;
  }

  /** The classes that were evaluated in a row. */
  List<String> classes(String row) {
    Set<String> all = new TreeSet<>();
    of(row).forEach(c -> all.addAll(c.classes()));
    return List.copyOf(all);
  }

  /**
   * A figure by seed, percent.
   *
   * @param category a class, or "mean"
   */
  Map<Long, Double> figure(
      String variant, String row, String category, Level level, Figure figure) {
    Map<Long, Double> all = new LinkedHashMap<>();
    of(row).stream()
        .filter(c -> c.variant().equals(variant))
        .forEach(c -> c.figure(category, level, figure).ifPresent(v -> all.put(c.seed(), v)));
    return all;
  }

  /** The image mAD of a row by seed at a weight of the local score. */
  Map<Long, Double> atLambda(String variant, String row, double lambda) {
    Map<Long, Double> all = new LinkedHashMap<>();
    of(row).stream()
        .filter(c -> c.variant().equals(variant))
        .forEach(c -> c.atLambda(lambda, Figure.MAD).ifPresent(v -> all.put(c.seed(), v)));
    return all;
  }

  /**
   * What a row lacks of the paper's data set: "1 of 15 classes", "60 of 100 images"; empty where it
   * is whole or none of the paper's.
   */
  Optional<String> incomplete(String row) {
    Optional<KnownDataset> known = known(row);
    Optional<BenchmarkCell> cell = of(row).stream().filter(c -> c.result().isPresent()).findFirst();
    if (known.isEmpty() || cell.isEmpty()) {
      return Optional.empty();
    }
    Map<String, KnownDataset.Count> published = known.get().published();
    List<String> found = cell.get().classes().stream().map(KnownDataset::sameName).toList();
    long there =
        published.keySet().stream().map(KnownDataset::sameName).filter(found::contains).count();
    if (published.size() > 1 && there < published.size()) {
      return Optional.of("%d of %d classes".formatted(there, published.size()));
    }
    KnownDataset.Count total = known.get().publishedTotal();
    int images = cell.get().classes().stream().mapToInt(cell.get()::images).sum();
    int all = total.normal() + total.anomalous();
    return all > 0 && images < all
        ? Optional.of("%d of %d images".formatted(images, all))
        : Optional.empty();
  }
}
