package dev.headclip.map;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Connected regions of a map with their pixels, as COCO's run lengths. */
public final class RegionMasks {
  private RegionMasks() {}

  /**
   * A region.
   *
   * @param x left edge
   * @param y upper edge
   * @param width columns
   * @param height rows
   * @param area pixels
   * @param score mean value inside
   * @param counts run lengths down the columns, of pixels outside first
   */
  public record Mask(
      int x, int y, int width, int height, int area, double score, List<Integer> counts) {
    public Mask {
      counts = List.copyOf(counts);
    }
  }

  /** A region while its pixels come, column by column. */
  private static final class Runs {
    private final List<Integer> counts = new ArrayList<>();
    private final Extent extent = new Extent();
    private int end;
    private int run;

    void add(int place, int x, int y, float value) {
      if (place != end || run == 0) {
        if (run > 0) {
          counts.add(run);
        }
        counts.add(place - end);
        run = 0;
      }
      run++;
      end = place + 1;
      extent.add(x, y, value);
    }

    Mask done(int pixels) {
      counts.add(run);
      if (end < pixels) {
        counts.add(pixels - end);
      }
      Region r = extent.region(pixels);
      return new Mask(r.x(), r.y(), r.width(), r.height(), extent.area(), r.score(), counts);
    }
  }

  /** Regions of at least {@code threshold}, 8-connected, in the order of their first pixels. */
  public static List<Mask> of(AnomalyMap map, double threshold) {
    int w = map.width();
    int h = map.height();
    Components found = Components.of(map, threshold);
    List<Runs> all = Stream.generate(Runs::new).limit(found.sizes().length).toList();
    for (int x = 0; x < w; x++) {
      for (int y = 0; y < h; y++) {
        int label = found.labels()[y * w + x];
        if (label > 0) {
          all.get(label - 1).add(x * h + y, x, y, map.at(x, y));
        }
      }
    }
    return all.stream().map(r -> r.done(w * h)).toList();
  }
}
