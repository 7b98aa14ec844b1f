package dev.headclip.metrics;

import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Counts at every distinct score of an anomalous pixel, highest first. Nothing in between can
 * change a figure but the number of normal pixels, so these need no sorting: each is put into its
 * interval.
 */
final class ThresholdSweep {
  private static final double FPR_LIMIT = 0.3;
  private static final int TABLE_BITS = 20;

  // ascending distinct scores, with extra thresholds among them
  private final int[] at;
  // anomalous pixels with this very score, and their share of the components
  private final long[] positives;
  private final double[] overlap;
  // normal pixels with this very score, and strictly between the one before and this
  private final long[] equal;
  private final long[] below;
  private final long above;
  private final long allPositives;
  private final long allNegatives;

  private ThresholdSweep(
      int[] at, long[] positives, double[] overlap, long[] equal, long[] below, long above) {
    this.at = at;
    this.positives = positives;
    this.overlap = overlap;
    this.equal = equal;
    this.below = below;
    this.above = above;
    this.allPositives = Arrays.stream(positives).sum();
    this.allNegatives = Arrays.stream(equal).sum() + Arrays.stream(below).sum() + above;
  }

  /**
   * @param anomalous sorted; score key in the upper half, component in the lower
   * @param extra further score keys at which counts are wanted
   */
  static ThresholdSweep of(
      long[] anomalous, int count, int[] sizes, int components, IntSpool normal, int[] extra) {
    int[] at = distinct(anomalous, count, extra);
    long[] positives = new long[at.length];
    double[] overlap = new double[at.length];
    int i = 0;
    for (int k = 0; k < count; k++) {
      int key = (int) (anomalous[k] >> 32);
      while (at[i] != key) {
        i++;
      }
      positives[i]++;
      overlap[i] += 1.0 / ((double) sizes[(int) anomalous[k]] * components);
    }
    Counter counter = new Counter(at);
    normal.forEachChunk(counter::count);
    return new ThresholdSweep(
        at, positives, overlap, counter.equal(), counter.below(), counter.above());
  }

  private static int[] distinct(long[] anomalous, int count, int[] extra) {
    int[] all = new int[count + extra.length];
    int n = 0;
    for (int k = 0; k < count; k++) {
      int key = (int) (anomalous[k] >> 32);
      if (n == 0 || all[n - 1] != key) {
        all[n++] = key;
      }
    }
    if (extra.length == 0) {
      return Arrays.copyOf(all, n);
    }
    System.arraycopy(extra, 0, all, n, extra.length);
    return IntStream.of(Arrays.copyOf(all, n + extra.length)).sorted().distinct().toArray();
  }

  /** Puts normal pixels into the intervals between thresholds, from several threads. */
  private static final class Counter {
    private final int[] at;
    private final int shift;
    private final int offset;
    // first threshold of each slice of the range, to start the search from
    private final int[] table;
    private final ThreadLocal<int[][]> mine;
    private final java.util.List<int[][]> all =
        java.util.Collections.synchronizedList(new java.util.ArrayList<>());

    Counter(int[] at) {
      this.at = at;
      long range = (long) at[at.length - 1] - at[0] + 1;
      int bits = 64 - Long.numberOfLeadingZeros(range);
      shift = Math.max(0, bits - TABLE_BITS);
      offset = at[0];
      table = new int[(int) (range >> shift) + 2];
      int i = 0;
      for (int t = 0; t < table.length; t++) {
        while (i < at.length && ((long) at[i] - offset) >> shift < t) {
          i++;
        }
        table[t] = i;
      }
      mine =
          ThreadLocal.withInitial(
              () -> {
                int[][] fresh = {new int[at.length], new int[at.length + 1]};
                all.add(fresh);
                return fresh;
              });
    }

    void count(IntBuffer keys) {
      int[][] counts = mine.get();
      int[] equal = counts[0];
      int[] below = counts[1];
      int last = at[at.length - 1];
      while (keys.hasRemaining()) {
        int key = keys.get();
        if (key < offset) {
          below[0]++;
        } else if (key > last) {
          below[at.length]++;
        } else {
          int slice = (int) (((long) key - offset) >> shift);
          int lo = table[slice];
          int hi = table[slice + 1];
          while (lo < hi) {
            int mid = (lo + hi) >>> 1;
            if (at[mid] < key) {
              lo = mid + 1;
            } else {
              hi = mid;
            }
          }
          if (at[lo] == key) {
            equal[lo]++;
          } else {
            below[lo]++;
          }
        }
      }
    }

    long[] equal() {
      return sum(0, at.length);
    }

    long[] below() {
      return sum(1, at.length);
    }

    long above() {
      return all.stream().mapToLong(c -> c[1][at.length]).sum();
    }

    private long[] sum(int which, int length) {
      long[] s = new long[length];
      for (int[][] c : all) {
        for (int i = 0; i < length; i++) {
          s[i] += c[which][i];
        }
      }
      return s;
    }
  }

  /** AUROC, AP, F1-max, IoU-max and AUPRO over every threshold. */
  Map<Figure, Double> exactFigures() {
    Map<Figure, Double> f = ranked();
    double f1 = f1max();
    f.put(Figure.F1MAX, f1);
    // at one threshold IoU = F1 / (2 - F1), so both are largest together
    f.put(Figure.IOUMAX, f1 / (2 - f1));
    f.put(Figure.AUPRO, aupro());
    return f;
  }

  /** AUROC and AP, the same in both protocols. */
  Map<Figure, Double> ranked() {
    double won = 0;
    double ap = 0;
    long tp = 0;
    long fp = above;
    for (int i = at.length - 1; i >= 0; i--) {
      won += equal[i] * (tp + positives[i] / 2.0);
      tp += positives[i];
      fp += equal[i];
      if (positives[i] > 0) {
        ap += (double) positives[i] / allPositives * tp / (tp + fp);
      }
      won += (double) below[i] * tp;
      fp += below[i];
    }
    Map<Figure, Double> f = new EnumMap<>(Figure.class);
    f.put(Figure.AUROC, won / ((double) allPositives * allNegatives));
    f.put(Figure.AP, ap);
    return f;
  }

  private double f1max() {
    double best = 0;
    long tp = 0;
    long fp = above;
    for (int i = at.length - 1; i >= 0; i--) {
      tp += positives[i];
      fp += equal[i];
      best = Math.max(best, 2.0 * tp / (allPositives + tp + fp));
      fp += below[i];
    }
    return best;
  }

  /** Mean overlap with the components over FPR 0 to 0.3, by trapezoids, the last one cut. */
  private double aupro() {
    double area = 0;
    double pro = 0;
    double fpr = (double) above / allNegatives;
    for (int i = at.length - 1; i >= 0 && fpr < FPR_LIMIT; i--) {
      double nextPro = pro + overlap[i];
      double nextFpr = fpr + (double) equal[i] / allNegatives;
      area += trapezoid(fpr, pro, nextFpr, nextPro);
      double behind = nextFpr + (double) below[i] / allNegatives;
      area += trapezoid(nextFpr, nextPro, behind, nextPro);
      pro = nextPro;
      fpr = behind;
    }
    return area / FPR_LIMIT;
  }

  private static double trapezoid(double x0, double y0, double x1, double y1) {
    double end = Math.min(x1, FPR_LIMIT);
    if (end <= x0) {
      return 0;
    }
    double yEnd = y0 + (y1 - y0) * (end - x0) / (x1 - x0);
    return (end - x0) * (y0 + yEnd) / 2;
  }

  /**
   * What lies strictly above a score.
   *
   * @param tp anomalous pixels
   * @param fp normal pixels
   * @param pro mean overlap with the components
   */
  record Above(long tp, long fp, double pro) {}

  /** Counts above each of some ascending score keys that are among the thresholds. */
  Above[] above(int[] keys) {
    Above[] out = new Above[keys.length];
    long tp = 0;
    long fp = above;
    double pro = 0;
    int k = keys.length - 1;
    for (int i = at.length - 1; i >= 0; i--) {
      for (; k >= 0 && keys[k] == at[i]; k--) {
        out[k] = new Above(tp, fp, pro);
      }
      tp += positives[i];
      pro += overlap[i];
      fp += equal[i] + below[i];
    }
    return out;
  }

  /** Points that are at least a step apart in one of the rates, and both ends. */
  List<PixelScores.Point> points(int steps) {
    List<PixelScores.Point> all = new ArrayList<>();
    long tp = 0;
    long fp = above;
    double pro = 0;
    double lastTpr = 0;
    double lastFpr = 0;
    for (int i = at.length - 1; i >= 0; i--) {
      tp += positives[i];
      fp += equal[i];
      pro += overlap[i];
      double tpr = (double) tp / allPositives;
      double fpr = (double) fp / allNegatives;
      if (i == 0 || all.isEmpty() || tpr - lastTpr >= 1.0 / steps || fpr - lastFpr >= 1.0 / steps) {
        all.add(new PixelScores.Point(fpr, tpr, (double) tp / (tp + fp), pro));
        lastTpr = tpr;
        lastFpr = fpr;
      }
      fp += below[i];
    }
    all.add(new PixelScores.Point(1, 1, (double) allPositives / (allPositives + allNegatives), 1));
    return all;
  }

  long allPositives() {
    return allPositives;
  }

  long allNegatives() {
    return allNegatives;
  }
}
