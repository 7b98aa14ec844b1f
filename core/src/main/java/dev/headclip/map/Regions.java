package dev.headclip.map;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Connected regions of a map, 8-connected as in the AUPRO metric. */
public final class Regions {
  private Regions() {}

  /**
   * Regions of at least {@code threshold}, highest peak first, boxes in pixels of a {@code toWidth}
   * x {@code toHeight} image.
   */
  public static List<Region> of(AnomalyMap map, double threshold, int toWidth, int toHeight) {
    int w = map.width();
    int h = map.height();
    Components found = Components.of(map, threshold);
    Extent[] all = Stream.generate(Extent::new).limit(found.sizes().length).toArray(Extent[]::new);
    for (int i = 0; i < found.labels().length; i++) {
      if (found.labels()[i] > 0) {
        all[found.labels()[i] - 1].add(i % w, i / w, map.values()[i]);
      }
    }
    return Arrays.stream(all)
        .map(e -> e.region(w * h).scale(w, h, toWidth, toHeight))
        .sorted(Comparator.comparingDouble((Region r) -> -r.peak()).thenComparing(r -> -r.area()))
        .toList();
  }
}
