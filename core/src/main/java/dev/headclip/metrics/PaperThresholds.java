package dev.headclip.metrics;

import java.util.Arrays;
import java.util.Map;
import java.util.function.DoublePredicate;
import java.util.stream.IntStream;

/**
 * The coarse thresholds that the paper's figures come from: 200 for AUPRO (AnomalyCLIP's
 * metrics.py:5-29), 21 for pixel F1 and IoU (ADer's metric.py:215-243).
 */
final class PaperThresholds {
  private static final int PRO_STEPS = 200;
  private static final double FPR_LIMIT = 0.3;
  private static final double EPS = 1e-8;

  private PaperThresholds() {}

  /** Score keys at which counts are needed. */
  static int[] keys(float min, float max) {
    if (!usable(min, max)) {
      return new int[0];
    }
    return IntStream.concat(Arrays.stream(pro(min, max)), Arrays.stream(f1(min, max))).toArray();
  }

  private static boolean usable(float min, float max) {
    return min < max && Float.isFinite(min) && Float.isFinite(max);
  }

  /** numpy's arange(min, max, step): the largest score that is not above each. */
  private static int[] pro(float min, float max) {
    double step = ((double) max - min) / PRO_STEPS;
    int n = (int) Math.ceil(((double) max - min) / step);
    return IntStream.range(0, n)
        .map(i -> largest(v -> v <= min + i * step, min + i * step))
        .toArray();
  }

  /** 0, 0.05 .. 1 of the normalised map. */
  private static int[] f1(float min, float max) {
    double range = (double) max - min;
    return IntStream.rangeClosed(0, 20)
        .map(i -> largest(v -> (v - min) / range <= i * 0.05, min + i * 0.05 * range))
        .toArray();
  }

  /** The key of the largest float with a property that falls with size, near a guess. */
  private static int largest(DoublePredicate holds, double guess) {
    float f = (float) guess;
    while (!holds.test(f)) {
      f = Math.nextDown(f);
    }
    while (holds.test(Math.nextUp(f))) {
      f = Math.nextUp(f);
    }
    return ScoreOrder.key(f);
  }

  static Map<Figure, Double> figures(ThresholdSweep sweep, float min, float max) {
    Map<Figure, Double> f = sweep.ranked();
    if (!usable(min, max)) {
      return f;
    }
    aupro(sweep, sweep.above(pro(min, max)), f);
    double f1 = 0;
    double iou = 0;
    for (ThresholdSweep.Above a : sweep.above(f1(min, max))) {
      double p = a.tp() / (a.tp() + a.fp() + EPS);
      double r = a.tp() / (sweep.allPositives() + EPS);
      f1 = Math.max(f1, 2 * p * r / (p + r + EPS));
      iou = Math.max(iou, a.tp() / (sweep.allPositives() + a.fp() + EPS));
    }
    f.put(Figure.F1MAX, f1);
    f.put(Figure.IOUMAX, iou);
    return f;
  }

  private static void aupro(
      ThresholdSweep sweep, ThresholdSweep.Above[] points, Map<Figure, Double> to) {
    double[] fpr = new double[points.length];
    double[] pro = new double[points.length];
    int n = 0;
    for (ThresholdSweep.Above a : points) {
      double x = (double) a.fp() / sweep.allNegatives();
      if (x < FPR_LIMIT) {
        fpr[n] = x;
        pro[n++] = a.pro();
      }
    }
    if (n < 2 || fpr[0] == fpr[n - 1]) {
      return;
    }
    // thresholds rise, so FPR falls
    double range = fpr[0] - fpr[n - 1];
    double area = 0;
    for (int i = 1; i < n; i++) {
      area += (fpr[i - 1] - fpr[i]) / range * (pro[i - 1] + pro[i]) / 2;
    }
    to.put(Figure.AUPRO, area);
  }
}
