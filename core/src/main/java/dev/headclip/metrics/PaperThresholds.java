package dev.headclip.metrics;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.DoubleStream;
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

  /** Scores at which counts are needed. */
  static double[] scores(ScoreOrder order, double min, double max) {
    return usable(min, max)
        ? DoubleStream.concat(
                Arrays.stream(pro(order, min, max)), Arrays.stream(f1(order, min, max)))
            .toArray()
        : new double[0];
  }

  /** Their keys. */
  static int[] keys(ScoreOrder order, double min, double max) {
    return keys(order, scores(order, min, max));
  }

  private static int[] keys(ScoreOrder order, double[] scores) {
    return Arrays.stream(scores).mapToInt(order::key).toArray();
  }

  private static boolean usable(double min, double max) {
    return min < max && Double.isFinite(min) && Double.isFinite(max) && max - min > 0;
  }

  /** numpy's arange(min, max, step): the largest score that is not above each. */
  private static double[] pro(ScoreOrder order, double min, double max) {
    double step = (max - min) / PRO_STEPS;
    // a range of a few of the smallest numbers has no steps
    int n = step > 0 ? (int) Math.min(2 * PRO_STEPS, Math.ceil((max - min) / step)) : 0;
    return IntStream.range(0, n)
        .mapToDouble(i -> order.largest(v -> v <= min + i * step))
        .toArray();
  }

  /** 0, 0.05 .. 1 of the normalised map. */
  private static double[] f1(ScoreOrder order, double min, double max) {
    double range = max - min;
    return IntStream.rangeClosed(0, 20)
        .mapToDouble(i -> order.largest(v -> (v - min) / range <= i * 0.05))
        .toArray();
  }

  static Map<Figure, Double> figures(
      ThresholdSweep sweep, ScoreOrder order, double min, double max) {
    Map<Figure, Double> f = sweep.ranked();
    if (!usable(min, max)) {
      return f;
    }
    aupro(sweep, sweep.above(keys(order, pro(order, min, max))), f);
    double f1 = 0;
    double iou = 0;
    for (ThresholdSweep.Above a : sweep.above(keys(order, f1(order, min, max)))) {
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
