package dev.headclip.map;

/** Where a region's pixels lie and what they hold, while they come one after the other. */
final class Extent {
  private int left = Integer.MAX_VALUE;
  private int right;
  private int top = Integer.MAX_VALUE;
  private int bottom;
  private int area;
  private double sum;
  private double sumX;
  private double sumY;
  private float peak;

  void add(int x, int y, float value) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
    area++;
    sum += value;
    // a pixel's middle
    sumX += x + 0.5;
    sumY += y + 0.5;
    peak = Math.max(peak, value);
  }

  int area() {
    return area;
  }

  /** In pixels of the map. */
  Region region(int mapPixels) {
    return new Region(
        left,
        top,
        right - left + 1,
        bottom - top + 1,
        (double) area / mapPixels,
        peak,
        sum / area,
        sumX / area,
        sumY / area);
  }
}
