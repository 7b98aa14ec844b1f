package dev.headclip.metrics;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Pixel figures as their definitions read, threshold by threshold: slow and obvious. */
public final class PlainFigures {
  private final float[][] maps;
  private final byte[][] masks;
  private final int width;
  private final int height;
  private final List<int[]> components = new ArrayList<>();
  private long positives;
  private long negatives;

  public PlainFigures(float[][] maps, byte[][] masks, int width, int height) {
    this.maps = maps;
    this.masks = masks;
    this.width = width;
    this.height = height;
    for (int i = 0; i < masks.length; i++) {
      boolean[] seen = new boolean[width * height];
      for (int k = 0; k < seen.length; k++) {
        if (masks[i][k] == 0) {
          negatives++;
        } else {
          positives++;
          if (!seen[k]) {
            components.add(flood(i, k, seen));
          }
        }
      }
    }
  }

  /** {image, pixel, pixel ..} of one 8-connected component. */
  private int[] flood(int image, int from, boolean[] seen) {
    List<Integer> pixels = new ArrayList<>(List.of(image));
    Deque<Integer> open = new ArrayDeque<>(List.of(from));
    seen[from] = true;
    while (!open.isEmpty()) {
      int k = open.pop();
      pixels.add(k);
      for (int dy = -1; dy <= 1; dy++) {
        for (int dx = -1; dx <= 1; dx++) {
          int x = k % width + dx;
          int y = k / width + dy;
          if (x >= 0 && y >= 0 && x < width && y < height) {
            int other = y * width + x;
            if (masks[image][other] != 0 && !seen[other]) {
              seen[other] = true;
              open.push(other);
            }
          }
        }
      }
    }
    return pixels.stream().mapToInt(Integer::intValue).toArray();
  }

  private interface Anomalous {
    boolean is(float score);
  }

  /** {true positive rate, false positive rate, precision, pro, iou}. */
  private double[] at(Anomalous rule) {
    long tp = 0;
    long fp = 0;
    for (int i = 0; i < maps.length; i++) {
      for (int k = 0; k < maps[i].length; k++) {
        if (rule.is(maps[i][k])) {
          if (masks[i][k] != 0) {
            tp++;
          } else {
            fp++;
          }
        }
      }
    }
    double pro = 0;
    for (int[] c : components) {
      int hit = 0;
      for (int j = 1; j < c.length; j++) {
        hit += rule.is(maps[c[0]][c[j]]) ? 1 : 0;
      }
      pro += (double) hit / (c.length - 1) / components.size();
    }
    return new double[] {
      (double) tp / positives,
      (double) fp / negatives,
      tp + fp == 0 ? 1 : (double) tp / (tp + fp),
      pro,
      (double) tp / (positives + fp)
    };
  }

  /** The figures; absent where undefined. */
  public Map<Figure, Double> figures(Protocol protocol) {
    Map<Figure, Double> out = new EnumMap<>(Figure.class);
    if (positives == 0 || negatives == 0) {
      return out;
    }
    float[] distinct = distinct();
    double auroc = 0;
    double ap = 0;
    double f1 = 0;
    double iou = 0;
    double aupro = 0;
    double[] last = {0, 0, 1, 0, 0};
    for (int i = distinct.length - 1; i >= 0; i--) {
      float t = distinct[i];
      double[] now = at(v -> v >= t);
      auroc += (now[1] - last[1]) * (now[0] + last[0]) / 2;
      ap += (now[0] - last[0]) * now[2];
      if (now[0] > 0) {
        f1 = Math.max(f1, 2 * now[0] * now[2] / (now[0] + now[2]));
      }
      iou = Math.max(iou, now[4]);
      double end = Math.min(now[1], 0.3);
      if (end > last[1]) {
        double y = last[3] + (now[3] - last[3]) * (end - last[1]) / (now[1] - last[1]);
        aupro += (end - last[1]) * (last[3] + y) / 2;
      }
      last = now;
    }
    out.put(Figure.AUROC, auroc);
    out.put(Figure.AP, ap);
    if (protocol == Protocol.EXACT) {
      out.put(Figure.F1MAX, f1);
      out.put(Figure.IOUMAX, iou);
      out.put(Figure.AUPRO, aupro / 0.3);
    } else {
      paper(distinct[0], distinct[distinct.length - 1], out);
    }
    return out;
  }

  private void paper(float min, float max, Map<Figure, Double> out) {
    if (!(min < max)) {
      return;
    }
    double f1 = 0;
    double iou = 0;
    for (int i = 0; i <= 20; i++) {
      double t = i * 0.05;
      double[] a = at(v -> (v - min) / ((double) max - min) > t);
      double tp = a[0] * positives;
      double fp = a[1] * negatives;
      double p = tp / (tp + fp + 1e-8);
      double r = tp / (positives + 1e-8);
      f1 = Math.max(f1, 2 * p * r / (p + r + 1e-8));
      iou = Math.max(iou, tp / (positives + fp + 1e-8));
    }
    out.put(Figure.F1MAX, f1);
    out.put(Figure.IOUMAX, iou);
    aupro200(min, max).ifPresent(v -> out.put(Figure.AUPRO, v));
  }

  /** The reference routine: 200 thresholds, every one a walk over all maps. */
  public java.util.OptionalDouble aupro200(float min, float max) {
    double step = ((double) max - min) / 200;
    List<double[]> kept = new ArrayList<>();
    // numpy.arange counts its elements so
    for (int i = 0; i < Math.ceil(((double) max - min) / step); i++) {
      double t = min + i * step;
      double[] a = at(v -> v > t);
      if (a[1] < 0.3) {
        kept.add(a);
      }
    }
    if (kept.size() < 2) {
      return java.util.OptionalDouble.empty();
    }
    double hi = kept.get(0)[1];
    double lo = kept.get(kept.size() - 1)[1];
    if (hi == lo) {
      return java.util.OptionalDouble.empty();
    }
    double area = 0;
    for (int i = 1; i < kept.size(); i++) {
      double[] a = kept.get(i - 1);
      double[] b = kept.get(i);
      area += (a[1] - b[1]) / (hi - lo) * (a[3] + b[3]) / 2;
    }
    return java.util.OptionalDouble.of(area);
  }

  private float[] distinct() {
    int n = Arrays.stream(maps).mapToInt(m -> m.length).sum();
    float[] all = new float[n];
    int at = 0;
    for (float[] m : maps) {
      System.arraycopy(m, 0, all, at, m.length);
      at += m.length;
    }
    Arrays.sort(all);
    int d = 0;
    for (int i = 0; i < n; i++) {
      if (i == 0 || all[i] != all[d - 1]) {
        all[d++] = all[i];
      }
    }
    return Arrays.copyOf(all, d);
  }
}
