package dev.headclip.image;

/**
 * An image turned about its middle on a canvas of the same size: bilinear, what comes from beyond
 * the border mirrored without repeating the edge (OpenCV's warpAffine with BORDER_REFLECT_101, as
 * AnomalyDINO's references; docs/spec/few_shot.md section 4). Quarter turns of squares are exact.
 */
public final class Rotation {
  private Rotation() {}

  /**
   * @param degrees anticlockwise
   */
  public static RgbImage of(RgbImage image, double degrees) {
    int w = image.width();
    int h = image.height();
    double angle = Math.toRadians(degrees);
    double cos = exact(Math.cos(angle));
    double sin = exact(Math.sin(angle));
    double mx = (w - 1) / 2.0;
    double my = (h - 1) / 2.0;
    RgbImage out = RgbImage.blank(w, h);
    for (int y = 0; y < h; y++) {
      for (int x = 0; x < w; x++) {
        double u = mirrored(mx + cos * (x - mx) - sin * (y - my), w);
        double v = mirrored(my + sin * (x - mx) + cos * (y - my), h);
        int left = Math.min((int) u, w - 1);
        int top = Math.min((int) v, h - 1);
        int right = Math.min(left + 1, w - 1);
        int bottom = Math.min(top + 1, h - 1);
        double wx = u - left;
        double wy = v - top;
        for (int c = 0; c < 3; c++) {
          double above = image.at(left, top, c) * (1 - wx) + image.at(right, top, c) * wx;
          double below = image.at(left, bottom, c) * (1 - wx) + image.at(right, bottom, c) * wx;
          out.rgb()[(y * w + x) * 3 + c] = (byte) Math.round(above + (below - above) * wy);
        }
      }
    }
    return out;
  }

  private static double exact(double v) {
    return Math.abs(v - Math.rint(v)) < 1e-12 ? Math.rint(v) : v;
  }

  private static double mirrored(double place, int size) {
    if (size == 1) {
      return 0;
    }
    double span = size - 1;
    double at = Math.abs(place) % (2 * span);
    return at <= span ? at : 2 * span - at;
  }
}
