package dev.headclip.spark.settings;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * How images are compared with references, or those of a batch with one another.
 *
 * @param preset a published way: {@code subspacead, april-gan, anomalydino, winclip, musc}; empty
 *     for the default
 * @param settings over it, as the flags of {@code headclip detect}: {@code scorer, join,
 *     reference_share, rotations}; values as text
 * @param mutualMost images of a group that {@code scorer=mutual} takes: each is compared with all
 *     others, in one task
 */
public record CompareOptions(String preset, Map<String, String> settings, int mutualMost)
    implements Serializable {
  private static final int MUTUAL_MOST = 1000;

  public CompareOptions {
    settings = new TreeMap<>(settings);
    if (mutualMost < 2) {
      throw new IllegalArgumentException(
          "mutualMost is %d, expected at least 2".formatted(mutualMost));
    }
  }

  /** A subspace of patches, 99 % of their variance; mutual scoring of up to 1,000 images. */
  public static CompareOptions defaults() {
    return new CompareOptions("", Map.of(), MUTUAL_MOST);
  }

  /** A published way. */
  public CompareOptions withPreset(String name) {
    return new CompareOptions(name, settings, mutualMost);
  }

  /** With another setting. */
  public CompareOptions with(String key, String value) {
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.put(key, value);
    return new CompareOptions(preset, all, mutualMost);
  }

  /** With larger or smaller groups of mutual scoring. */
  public CompareOptions withMutualMost(int images) {
    return new CompareOptions(preset, settings, images);
  }
}
