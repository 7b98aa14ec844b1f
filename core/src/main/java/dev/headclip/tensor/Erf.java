package dev.headclip.tensor;

/** The error function, to about 1e-13: Taylor's series inside, a continued fraction outside. */
final class Erf {
  private static final double SERIES_UP_TO = 2.5;
  private static final double ONE_FROM = 6;
  private static final int FRACTIONS = 60;

  private Erf() {}

  static double of(double x) {
    double t = Math.abs(x);
    double y = t < SERIES_UP_TO ? series(t) : t < ONE_FROM ? 1 - tail(t) : 1;
    return Double.isNaN(x) ? x : x < 0 ? -y : y;
  }

  private static double series(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; Math.abs(term) > 1e-17 * sum; n++) {
      term *= -x * x / n;
      sum += term / (2 * n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * sum;
  }

  private static double tail(double x) {
    double fraction = x;
    for (int k = FRACTIONS; k >= 1; k--) {
      fraction = x + k / 2.0 / fraction;
    }
    return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
  }
}
