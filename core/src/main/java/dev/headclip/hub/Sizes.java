package dev.headclip.hub;

import java.util.Locale;

/** Numbers of bytes for people, in the decimal units that publishers use. */
public final class Sizes {
  private Sizes() {}

  /** As "1.7 GB". */
  public static String text(long bytes) {
    String[] units = {"bytes", "kB", "MB", "GB", "TB"};
    double v = bytes;
    int u = 0;
    while (v >= 999.5 && u < units.length - 1) {
      v /= 1000;
      u++;
    }
    return String.format(Locale.ROOT, u == 0 || v >= 99.5 ? "%.0f %s" : "%.1f %s", v, units[u]);
  }
}
