package dev.headclip.method;

import dev.headclip.map.AnomalyMap;
import java.util.Objects;
import java.util.Optional;

/**
 * The scores of one image.
 *
 * @param score the one that the verdict is by: S of Eq. 8
 * @param global S_global, of the whole image
 * @param local S_local of Eq. 7, of the map's highest pixels
 * @param map where, at the network's input size (Eq. 12)
 * @param raw score and map before they were brought to [0,1], where they had units of their own
 */
public record Scores(double score, double global, double local, AnomalyMap map, Optional<Raw> raw) {
  public Scores {
    Objects.requireNonNull(map, "map");
    Objects.requireNonNull(raw, "raw");
  }

  /** Scores without units of their own. */
  public Scores(double score, double global, double local, AnomalyMap map) {
    this(score, global, local, map, Optional.empty());
  }

  /**
   * Values in units of their own, at least 0.
   *
   * @param score of the image
   * @param map of its pixels
   */
  public record Raw(double score, AnomalyMap map) {}
}
