package dev.headclip.metrics;

import java.util.Arrays;
import java.util.function.DoublePredicate;
import java.util.stream.DoubleStream;

/** Scores as integers of the same order. -0 and 0 are the same; no NaN. */
sealed interface ScoreOrder {
  /** The integer of a score. */
  int key(double score);

  /** The largest score with a property that only falls with size, among all there can be. */
  double largest(DoublePredicate holds);

  /** Of scores that are floats. */
  static ScoreOrder floats() {
    return new Floats();
  }

  /** The integer of a float; {@link #floats} in short. */
  static int key(float score) {
    return flip(Float.floatToIntBits(score + 0f));
  }

  /** It is its own inverse. */
  private static int flip(int bits) {
    return bits >= 0 ? bits : bits ^ 0x7fffffff;
  }

  private static long flip(long bits) {
    return bits >= 0 ? bits : bits ^ 0x7fffffffffffffffL;
  }

  /** The bits of a float, as far as order goes. */
  record Floats() implements ScoreOrder {
    @Override
    public int key(double score) {
      return ScoreOrder.key((float) score);
    }

    @Override
    public double largest(DoublePredicate holds) {
      long low = ScoreOrder.key(Float.NEGATIVE_INFINITY);
      long high = ScoreOrder.key(Float.POSITIVE_INFINITY);
      while (low < high) {
        long middle = low + (high - low + 1) / 2;
        if (holds.test(Float.intBitsToFloat(flip((int) middle)))) {
          low = middle;
        } else {
          high = middle - 1;
        }
      }
      return Float.intBitsToFloat(flip((int) low));
    }
  }

  /**
   * Doubles, of which the integers tell apart what figures depend on: the scores of anomalous
   * pixels and the thresholds, and what lies between two of them.
   */
  final class Ranks implements ScoreOrder {
    private final double[] table;
    private final long step;

    private Ranks(double[] table) {
      this.table = table;
      // spread over all integers, as those of floats are
      this.step = 0xffffffffL / (2L * table.length + 1);
    }

    /**
     * @param anomalous scores of anomalous pixels
     * @param min of all pixels
     * @param max of all pixels
     */
    static Ranks of(double[] anomalous, double min, double max) {
      double[] thresholds = PaperThresholds.scores(new Ranks(new double[0]), min, max);
      double[] all =
          DoubleStream.concat(Arrays.stream(anomalous), Arrays.stream(thresholds))
              .map(v -> v + 0.0)
              .parallel()
              .sorted()
              .distinct()
              .toArray();
      return new Ranks(all);
    }

    @Override
    public int key(double score) {
      int i = Arrays.binarySearch(table, score + 0.0);
      long rank = i >= 0 ? 2L * i + 1 : 2L * -(i + 1);
      return (int) (Integer.MIN_VALUE + rank * step);
    }

    @Override
    public double largest(DoublePredicate holds) {
      long low = flip(Double.doubleToLongBits(Double.NEGATIVE_INFINITY));
      long high = flip(Double.doubleToLongBits(Double.POSITIVE_INFINITY));
      while (low < high) {
        // halfway without overflow, rounded up
        long middle = (low | high) - ((low ^ high) >> 1);
        if (holds.test(Double.longBitsToDouble(flip(middle)))) {
          low = middle;
        } else {
          high = middle - 1;
        }
      }
      return Double.longBitsToDouble(flip(low));
    }
  }
}
