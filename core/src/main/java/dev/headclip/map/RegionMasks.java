package dev.headclip.map;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

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
    private int end;
    private int run;
    private int left = Integer.MAX_VALUE;
    private int right;
    private int top = Integer.MAX_VALUE;
    private int bottom;
    private int area;
    private double sum;

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
      area++;
      sum += value;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }

    Mask done(int pixels) {
      counts.add(run);
      if (end < pixels) {
        counts.add(pixels - end);
      }
      return new Mask(left, top, right - left + 1, bottom - top + 1, area, sum / area, counts);
    }
  }

  /** Regions of at least {@code threshold}, 8-connected, in the order of their first pixels. */
  public static List<Mask> of(AnomalyMap map, double threshold) {
    int[] labels = labels(map, threshold);
    List<Runs> all = new ArrayList<>();
    int w = map.width();
    int h = map.height();
    for (int x = 0; x < w; x++) {
      for (int y = 0; y < h; y++) {
        int label = labels[y * w + x];
        if (label > 0) {
          while (all.size() < label) {
            all.add(new Runs());
          }
          all.get(label - 1).add(x * h + y, x, y, map.at(x, y));
        }
      }
    }
    return all.stream().map(r -> r.done(w * h)).toList();
  }

  /** From 1 on; 0 outside. */
  private static int[] labels(AnomalyMap map, double threshold) {
    int w = map.width();
    int h = map.height();
    int[] labels = new int[w * h];
    int count = 0;
    Deque<Integer> todo = new ArrayDeque<>();
    for (int start = 0; start < labels.length; start++) {
      if (labels[start] != 0 || map.values()[start] < threshold) {
        continue;
      }
      labels[start] = ++count;
      todo.push(start);
      while (!todo.isEmpty()) {
        int at = todo.pop();
        for (int y = Math.max(0, at / w - 1); y <= Math.min(h - 1, at / w + 1); y++) {
          for (int x = Math.max(0, at % w - 1); x <= Math.min(w - 1, at % w + 1); x++) {
            int next = y * w + x;
            if (labels[next] == 0 && map.values()[next] >= threshold) {
              labels[next] = count;
              todo.push(next);
            }
          }
        }
      }
    }
    return labels;
  }
}
