package dev.headclip.synth;

import java.util.Arrays;

/**
 * How much of a picture's surface there is elsewhere in it: in mean colour and deviation of cells,
 * 8 by 8. A sign on a wall has no like; bricks have.
 *
 * @param uneven the largest distance of a cell to its tenth-nearest, colours in [0,1]
 * @param plain share of pixels that are black or white throughout
 * @param normals whether its colours are those of a normal map
 */
record Evenness(double uneven, double plain, boolean normals) {
  private static final int CELLS = 8;
  private static final int NEAREST = 10;
  private static final float SPREAD = 2;
  private static final float BLACK = 0.02f;
  private static final float BLUE = 0.7f;
  private static final float BLUER = 0.2f;
  private static final double UNEVEN = 0.16;
  private static final double PLAIN = 0.3;

  static Evenness of(Picture p) {
    float[][] cells = new float[CELLS * CELLS][];
    for (int i = 0; i < cells.length; i++) {
      cells[i] = cell(p, i % CELLS, i / CELLS);
    }
    float[] mean = new float[3];
    double uneven = 0;
    for (float[] a : cells) {
      double[] away = Arrays.stream(cells).mapToDouble(b -> distance(a, b)).sorted().toArray();
      uneven = Math.max(uneven, away[NEAREST - 1]);
      for (int c = 0; c < 3; c++) {
        mean[c] += a[c] / cells.length;
      }
    }
    boolean normals = mean[2] > BLUE && mean[2] - Math.max(mean[0], mean[1]) > BLUER;
    return new Evenness(uneven, plain(p), normals);
  }

  /** Whether it looks the same all over. */
  boolean isEven() {
    return uneven < UNEVEN;
  }

  /** Whether it shows something that a camera could see: no mask, normal map, or nothing at all. */
  boolean isPicture() {
    return plain < PLAIN && !normals;
  }

  /** Mean colour and the deviation of lightness. */
  private static float[] cell(Picture p, int cx, int cy) {
    int x0 = cx * p.width() / CELLS;
    int x1 = (cx + 1) * p.width() / CELLS;
    int y0 = cy * p.height() / CELLS;
    int y1 = (cy + 1) * p.height() / CELLS;
    int n = (x1 - x0) * (y1 - y0);
    double[] sums = new double[3];
    double square = 0;
    for (int y = y0; y < y1; y++) {
      for (int i = y * p.width() + x0; i < y * p.width() + x1; i++) {
        double light = 0;
        for (int c = 0; c < 3; c++) {
          sums[c] += p.planes()[c][i];
          light += p.planes()[c][i] / 3;
        }
        square += light * light;
      }
    }
    double light = (sums[0] + sums[1] + sums[2]) / 3 / n;
    double deviation = Math.sqrt(Math.max(0, square / n - light * light));
    return new float[] {
      (float) (sums[0] / n),
      (float) (sums[1] / n),
      (float) (sums[2] / n),
      (float) (SPREAD * deviation)
    };
  }

  private static double distance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return Math.sqrt(sum);
  }

  private static double plain(Picture p) {
    int black = 0;
    int white = 0;
    for (int i = 0; i < p.planes()[0].length; i++) {
      float low = 1;
      float high = 0;
      for (float[] plane : p.planes()) {
        low = Math.min(low, plane[i]);
        high = Math.max(high, plane[i]);
      }
      black += high < BLACK ? 1 : 0;
      white += low > 1 - BLACK ? 1 : 0;
    }
    return (double) Math.max(black, white) / p.planes()[0].length;
  }
}
