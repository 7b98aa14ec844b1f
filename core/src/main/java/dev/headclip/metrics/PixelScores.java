package dev.headclip.metrics;

import dev.headclip.map.Components;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;

/**
 * Maps and masks of one class, taken in one after the other and judged at the end, over every
 * threshold. Memory: 8 bytes per anomalous pixel, and 4 per normal one up to a limit, behind which
 * they go to a temporary file.
 */
public final class PixelScores implements AutoCloseable {
  private static final long DEFAULT_IN_MEMORY = Runtime.getRuntime().maxMemory() / 4 / 4;

  private static final int CURVE_STEPS = 200;

  private final ScoreOrder order;
  private final IntSpool normal;
  // score key in the upper half, component in the lower
  private long[] anomalous = new long[1 << 12];
  private int anomalousCount;
  private int[] componentSizes = new int[16];
  private int components;
  private Optional<ThresholdSweep> sweep = Optional.empty();
  private double min = Double.POSITIVE_INFINITY;
  private double max = Double.NEGATIVE_INFINITY;

  /** Of maps of floats. */
  public PixelScores() {
    this(DEFAULT_IN_MEMORY);
  }

  /** Of maps of doubles. */
  PixelScores(ScoreOrder order) {
    this(order, DEFAULT_IN_MEMORY);
  }

  /**
   * @param inMemory normal pixels that stay in memory
   */
  PixelScores(long inMemory) {
    this(ScoreOrder.floats(), inMemory);
  }

  private PixelScores(ScoreOrder order, long inMemory) {
    this.order = order;
    normal = new IntSpool(inMemory);
  }

  /**
   * Takes a map in. Thread-safe.
   *
   * @param values row-major, higher is more anomalous; no NaN
   * @param mask 0 for normal, anything else for anomalous
   */
  public void add(float[] values, byte[] mask, int width, int height) {
    requireSize(values.length, mask, width, height);
    add(i -> values[i], mask, width, height);
  }

  /** The same of doubles, by the order that was given. */
  void add(double[] values, byte[] mask, int width, int height) {
    requireSize(values.length, mask, width, height);
    add(i -> values[i], mask, width, height);
  }

  private static void requireSize(int values, byte[] mask, int width, int height) {
    if (values != mask.length || values != width * height) {
      throw new IllegalArgumentException(
          "%d values, %d mask pixels, %dx%d".formatted(values, mask.length, width, height));
    }
  }

  private void add(IntToDoubleFunction values, byte[] mask, int width, int height) {
    int[] keys = new int[mask.length];
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < keys.length; i++) {
      double v = values.applyAsDouble(i);
      if (Double.isNaN(v)) {
        throw new IllegalArgumentException("the map holds NaN");
      }
      low = Math.min(low, v);
      high = Math.max(high, v);
      keys[i] = order.key(v);
    }
    take(keys, low, high, Components.of(mask, width, height));
  }

  private synchronized void take(int[] keys, double low, double high, Components c) {
    min = Math.min(min, low);
    max = Math.max(max, high);
    sweep = Optional.empty();
    int first = components;
    components += c.sizes().length;
    if (components > componentSizes.length) {
      componentSizes = Arrays.copyOf(componentSizes, 2 * components);
    }
    System.arraycopy(c.sizes(), 0, componentSizes, first, c.sizes().length);
    for (int i = 0; i < keys.length; i++) {
      int key = keys[i];
      if (c.labels()[i] == 0) {
        normal.add(key);
      } else {
        if (anomalousCount == anomalous.length) {
          anomalous = Arrays.copyOf(anomalous, Math.multiplyExact(2, anomalousCount));
        }
        anomalous[anomalousCount++] = ((long) key << 32) | (first + c.labels()[i] - 1);
      }
    }
  }

  /** Figures of everything so far. Empty where one of the labels is missing. */
  public synchronized LevelFigures figures(Protocol protocol) {
    if (anomalousCount == 0 || normal.size() == 0) {
      return LevelFigures.none(Level.PIXEL);
    }
    return LevelFigures.of(
        Level.PIXEL,
        protocol == Protocol.PAPER
            ? PaperThresholds.figures(sweep(), order, min, max)
            : sweep().exactFigures());
  }

  /**
   * A point of the pixels' ROC, PR and PRO curves.
   *
   * @param fpr share of normal pixels at or above a threshold
   * @param tpr share of anomalous pixels, the recall
   * @param precision share of anomalous pixels among those at or above it
   * @param pro mean overlap with the components
   */
  public record Point(double fpr, double tpr, double precision, double pro) {}

  /** About 200 points from the highest threshold down; empty where a label is missing. */
  public synchronized List<Point> curve() {
    return anomalousCount == 0 || normal.size() == 0 ? List.of() : sweep().points(CURVE_STEPS);
  }

  /** One for all figures: further thresholds among the exact ones change nothing. */
  private ThresholdSweep sweep() {
    if (sweep.isEmpty()) {
      Arrays.parallelSort(anomalous, 0, anomalousCount);
      int[] thresholds = PaperThresholds.keys(order, min, max);
      sweep =
          Optional.of(
              ThresholdSweep.of(
                  anomalous, anomalousCount, componentSizes, components, normal, thresholds));
    }
    return sweep.get();
  }

  @Override
  public void close() {
    normal.close();
  }
}
