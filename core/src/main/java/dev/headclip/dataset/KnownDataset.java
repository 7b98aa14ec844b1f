package dev.headclip.dataset;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One of the paper's data sets. Facts: docs/spec/datasets.md.
 *
 * @param name for {@code --dataset}
 * @param paperName in the paper's tables
 * @param domain industrial or medical
 * @param published test images per class: normal, anomalous
 * @param layouts in which it is read, tried in order
 * @param source where to get it
 * @param licence as stated there, as far as known here
 * @param remark what is peculiar, or empty
 */
public record KnownDataset(
    String name,
    String paperName,
    Domain domain,
    Map<String, Count> published,
    List<Layout> layouts,
    String source,
    String licence,
    String remark) {
  /** The paper's two groups. */
  public enum Domain {
    INDUSTRIAL,
    MEDICAL
  }

  /**
   * Images of a class.
   *
   * @param normal without defect
   * @param anomalous with one
   */
  public record Count(int normal, int anomalous) {
    /** Both sums. */
    public Count plus(Count other) {
      return new Count(normal + other.normal, anomalous + other.anomalous);
    }
  }

  public KnownDataset {
    published = Collections.unmodifiableMap(new LinkedHashMap<>(published));
    layouts = List.copyOf(layouts);
  }

  /** All classes together. */
  public Count publishedTotal() {
    return published.values().stream().reduce(new Count(0, 0), Count::plus);
  }

  /** Folder and table names are the same but for underscores. */
  public static String sameName(String category) {
    return category.replace('_', ' ').toLowerCase(java.util.Locale.ROOT);
  }

  /** A name as folders and people spell it: letters and digits only, in lower case. */
  public static String plain(String name) {
    return name.toLowerCase(java.util.Locale.ROOT).replaceAll("[^a-z0-9]", "");
  }
}
