package dev.headclip.bench;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * AUPRO as AnomalyCLIP's metrics.py:5-29 goes about it: for each of 200 thresholds every map is
 * made binary, every mask's components are found anew, and every component's overlap is counted.
 */
final class ReferenceAupro {
  private static final int STEPS = 200;

  private ReferenceAupro() {}

  static double of(float[][] maps, byte[][] masks, int width, int height) {
    float min = Float.POSITIVE_INFINITY;
    float max = Float.NEGATIVE_INFINITY;
    for (float[] m : maps) {
      for (float v : m) {
        min = Math.min(min, v);
        max = Math.max(max, v);
      }
    }
    double step = ((double) max - min) / STEPS;
    List<double[]> kept = new ArrayList<>();
    for (int i = 0; i < STEPS; i++) {
      double[] point = at(min + i * step, maps, masks, width, height);
      if (point[0] < 0.3) {
        kept.add(point);
      }
    }
    double high = kept.get(0)[0];
    double low = kept.get(kept.size() - 1)[0];
    double area = 0;
    for (int i = 1; i < kept.size(); i++) {
      double[] a = kept.get(i - 1);
      double[] b = kept.get(i);
      area += (a[0] - b[0]) / (high - low) * (a[1] + b[1]) / 2;
    }
    return area;
  }

  /** {false positive rate, mean overlap}. */
  private static double[] at(
      double threshold, float[][] maps, byte[][] masks, int width, int height) {
    double overlap = 0;
    int components = 0;
    long falsePositives = 0;
    long negatives = 0;
    for (int i = 0; i < maps.length; i++) {
      boolean[] binary = new boolean[maps[i].length];
      for (int k = 0; k < binary.length; k++) {
        binary[k] = maps[i][k] > threshold;
        if (masks[i][k] == 0) {
          negatives++;
          falsePositives += binary[k] ? 1 : 0;
        }
      }
      boolean[] seen = new boolean[binary.length];
      for (int k = 0; k < binary.length; k++) {
        if (masks[i][k] != 0 && !seen[k]) {
          overlap += overlap(k, binary, masks[i], seen, width, height);
          components++;
        }
      }
    }
    return new double[] {(double) falsePositives / negatives, overlap / components};
  }

  private static double overlap(
      int from, boolean[] binary, byte[] mask, boolean[] seen, int width, int height) {
    Deque<Integer> open = new ArrayDeque<>();
    open.push(from);
    seen[from] = true;
    int size = 0;
    int hit = 0;
    while (!open.isEmpty()) {
      int k = open.pop();
      size++;
      hit += binary[k] ? 1 : 0;
      for (int dy = -1; dy <= 1; dy++) {
        for (int dx = -1; dx <= 1; dx++) {
          int x = k % width + dx;
          int y = k / width + dy;
          if (x >= 0 && y >= 0 && x < width && y < height) {
            int other = y * width + x;
            if (mask[other] != 0 && !seen[other]) {
              seen[other] = true;
              open.push(other);
            }
          }
        }
      }
    }
    return (double) hit / size;
  }
}
