package dev.headclip.calibrate;

import java.util.Arrays;

/**
 * Median and deviation that a minority of other values hardly moves.
 *
 * @param median of the values
 * @param deviation their median absolute deviation, scaled to a normal distribution's deviation
 */
public record RobustSpread(double median, double deviation) {
  /** 1 / the 75 % quantile of the normal distribution. */
  private static final double MAD_TO_DEVIATION = 1.4826;

  /** Of at least one value. */
  public static RobustSpread of(double[] values) {
    double middle = median(values);
    double[] apart = Arrays.stream(values).map(v -> Math.abs(v - middle)).toArray();
    return new RobustSpread(middle, MAD_TO_DEVIATION * median(apart));
  }

  private static double median(double[] v) {
    double[] s = v.clone();
    Arrays.sort(s);
    int n = s.length;
    return n % 2 == 1 ? s[n / 2] : (s[n / 2 - 1] + s[n / 2]) / 2;
  }
}
