package dev.headclip.reference;

import java.io.Serializable;

/**
 * A sum of {@link Statistics} that is the same to the last bit in whatever order and grouping its
 * parts come, on one machine or on many: moments about the origin, in twice double's precision
 * (error-free sums and products of Knuth and Dekker). Not thread-safe.
 */
public final class StatisticsSum implements Serializable {
  private static final long serialVersionUID = 1;

  private final int width;
  private long count;
  // of each column, then of each pair of columns r >= c: the value, and what it is short of
  private final double[] high;
  private final double[] low;

  /** Of nothing. */
  public StatisticsSum(int width) {
    this.width = width;
    int n = Math.addExact(width, Math.multiplyExact(width, width + 1) / 2);
    this.high = new double[n];
    this.low = new double[n];
  }

  /** Of what there is. */
  public static StatisticsSum of(Statistics first) {
    StatisticsSum sum = new StatisticsSum(first.width());
    sum.add(first);
    return sum;
  }

  /** Numbers of a patch. */
  public int width() {
    return width;
  }

  /** Patches so far. */
  public long count() {
    return count;
  }

  /** Adds some patches'. */
  public void add(Statistics s) {
    requireWidth(s.width());
    double n = s.count();
    double[] mean = s.mean();
    double[] scatter = s.scatter();
    int at = width;
    for (int r = 0; r < width; r++) {
      double sum = n * mean[r];
      double rest = Math.fma(n, mean[r], -sum);
      add(r, sum, rest);
      for (int c = 0; c <= r; c++) {
        // n mean_r mean_c, exact but for the last bits of its lower half
        double product = sum * mean[c];
        double short1 = Math.fma(sum, mean[c], -product) + rest * mean[c];
        add(at, product, short1);
        add(at, scatter[r * width + c], 0);
        at++;
      }
    }
    count += s.count();
  }

  /** Adds another sum's; that one stays as it is. */
  public void add(StatisticsSum other) {
    joined(other, 1);
  }

  /** Takes a part away again. */
  public void subtract(StatisticsSum part) {
    if (part.count > count) {
      throw new IllegalArgumentException(
          "%d patches cannot be taken from %d".formatted(part.count, count));
    }
    joined(part, -1);
  }

  private void joined(StatisticsSum other, int sign) {
    requireWidth(other.width);
    for (int i = 0; i < high.length; i++) {
      add(i, sign * other.high[i], sign * other.low[i]);
    }
    count += sign * other.count;
  }

  private void requireWidth(int other) {
    if (other != width) {
      throw new IllegalArgumentException("patches of %d and of %d numbers".formatted(width, other));
    }
  }

  private void add(int i, double value, double rest) {
    double h = high[i];
    double sum = h + value;
    double part = sum - h;
    double error = (h - (sum - part)) + (value - part);
    double l = low[i];
    double lows = l + rest;
    double lowPart = lows - l;
    double lowError = (l - (lows - lowPart)) + (rest - lowPart);
    error += lows;
    double first = sum + error;
    error = error - (first - sum) + lowError;
    high[i] = first + error;
    low[i] = error - (high[i] - first);
  }

  /** Count, mean and scatter of all, rounded once. */
  public Statistics total() {
    if (count == 0) {
      return Statistics.none(width);
    }
    double[] mean = new double[width];
    double[] scatter = new double[width * width];
    int at = width;
    for (int r = 0; r < width; r++) {
      mean[r] = (high[r] + low[r]) / count;
      for (int c = 0; c <= r; c++) {
        // sum of products - sum sum / count
        double value = less(at++, r, c);
        scatter[r * width + c] = r == c ? Math.max(0, value) : value;
        scatter[c * width + r] = scatter[r * width + c];
      }
    }
    return new Statistics(count, mean, scatter);
  }

  private double less(int at, int r, int c) {
    double product = high[r] * high[c];
    double rest = Math.fma(high[r], high[c], -product) + (high[r] * low[c] + low[r] * high[c]);
    double quotient = product / count;
    double remainder = (Math.fma(-quotient, count, product) + rest) / count;
    return (high[at] - quotient) + (low[at] - remainder);
  }
}
