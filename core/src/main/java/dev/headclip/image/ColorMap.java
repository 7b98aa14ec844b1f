package dev.headclip.image;

/**
 * Matplotlib's perceptually uniform "inferno", black over red to pale yellow, as a polynomial of
 * degree 6 per channel (largest error about 1 %).
 */
final class ColorMap {
  private static final double[][] COEFFICIENTS = {
    {0.00021894, 0.10651342, 11.60249308, -41.70399613, 77.1629357, -71.31942824, 25.13112623},
    {0.001651, 0.56395644, -3.97285397, 17.43639888, -33.40235894, 32.62606426, -12.24266895},
    {-0.0194809, 3.93271239, -15.94239411, 44.3541452, -81.80730926, 73.20951986, -23.070325}
  };
  private static final byte[] TABLE = table();

  private ColorMap() {}

  private static byte[] table() {
    byte[] t = new byte[256 * 3];
    for (int i = 0; i < 256; i++) {
      double x = i / 255.0;
      for (int c = 0; c < 3; c++) {
        double v = 0;
        for (int k = 6; k >= 0; k--) {
          v = v * x + COEFFICIENTS[c][k];
        }
        t[3 * i + c] = (byte) Math.round(255 * Math.min(Math.max(v, 0), 1));
      }
    }
    return t;
  }

  /**
   * Channel {@code c} of the colour of {@code value}, 0 to 255.
   *
   * @param value cut to [0,1]
   */
  public static int of(float value, int c) {
    int i = Math.round(255 * Math.min(Math.max(value, 0), 1));
    return TABLE[3 * i + c] & 0xff;
  }
}
