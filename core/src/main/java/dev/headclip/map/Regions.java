package dev.headclip.map;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

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
    boolean[] seen = new boolean[w * h];
    List<Region> found = new ArrayList<>();
    for (int start = 0; start < seen.length; start++) {
      if (!seen[start] && map.values()[start] >= threshold) {
        found.add(flood(map, threshold, seen, start).scale(w, h, toWidth, toHeight));
      }
    }
    found.sort(Comparator.comparingDouble((Region r) -> -r.peak()).thenComparing(r -> -r.area()));
    return List.copyOf(found);
  }

  private static Region flood(AnomalyMap map, double threshold, boolean[] seen, int start) {
    int w = map.width();
    int h = map.height();
    Deque<Integer> todo = new ArrayDeque<>(List.of(start));
    seen[start] = true;
    int left = w;
    int right = 0;
    int top = h;
    int bottom = 0;
    int count = 0;
    double sum = 0;
    double sumX = 0;
    double sumY = 0;
    float peak = 0;
    while (!todo.isEmpty()) {
      int at = todo.pop();
      int x = at % w;
      int y = at / w;
      count++;
      sum += map.values()[at];
      // a pixel's middle
      sumX += x + 0.5;
      sumY += y + 0.5;
      peak = Math.max(peak, map.values()[at]);
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
      for (int ny = Math.max(0, y - 1); ny <= Math.min(h - 1, y + 1); ny++) {
        for (int nx = Math.max(0, x - 1); nx <= Math.min(w - 1, x + 1); nx++) {
          int next = ny * w + nx;
          if (!seen[next] && map.values()[next] >= threshold) {
            seen[next] = true;
            todo.push(next);
          }
        }
      }
    }
    return new Region(
        left,
        top,
        right - left + 1,
        bottom - top + 1,
        (double) count / (w * h),
        peak,
        sum / count,
        sumX / count,
        sumY / count);
  }
}
