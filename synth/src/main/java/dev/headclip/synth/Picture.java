package dev.headclip.synth;

import dev.headclip.image.RgbImage;

/**
 * A colour picture in the making: three fields, values around [0,1].
 *
 * @param width columns
 * @param height rows
 * @param planes red, green, blue, each row-major; shared, not copied
 */
record Picture(int width, int height, float[][] planes) {
  static Picture blank(int width, int height) {
    return new Picture(width, height, new float[3][width * height]);
  }

  static Picture filled(int width, int height, float[] color) {
    Picture p = blank(width, height);
    for (int c = 0; c < 3; c++) {
      java.util.Arrays.fill(p.planes[c], color[c]);
    }
    return p;
  }

  static Picture of(RgbImage image) {
    Picture p = blank(image.width(), image.height());
    for (int i = 0; i < p.planes[0].length; i++) {
      for (int c = 0; c < 3; c++) {
        p.planes[c][i] = (image.rgb()[3 * i + c] & 0xff) / 255f;
      }
    }
    return p;
  }

  RgbImage toRgb() {
    RgbImage out = RgbImage.blank(width, height);
    for (int i = 0; i < planes[0].length; i++) {
      for (int c = 0; c < 3; c++) {
        float v = Math.min(Math.max(planes[c][i], 0), 1);
        out.rgb()[3 * i + c] = (byte) (v * 255 + 0.5f);
      }
    }
    return out;
  }

  /** The new value of a pixel of a plane. */
  interface Change {
    float apply(int pixel, int plane, float value);
  }

  /** A new picture, pixel by pixel. */
  Picture map(Change change) {
    Picture out = blank(width, height);
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < out.planes[c].length; i++) {
        out.planes[c][i] = change.apply(i, c, planes[c][i]);
      }
    }
    return out;
  }

  /** This where {@code alpha} is 0, {@code other} where it is 1. */
  Picture blend(Picture other, Field alpha) {
    return map((i, c, v) -> v + (other.planes[c][i] - v) * alpha.values()[i]);
  }

  /** Values cut to [0,1]. */
  Picture clipped() {
    return map((i, c, v) -> Math.min(Math.max(v, 0), 1));
  }

  Picture blurred(int radius) {
    Picture out = blank(width, height);
    for (int c = 0; c < 3; c++) {
      out.planes[c] = new Field(width, height, planes[c]).blurred(radius).values();
    }
    return out;
  }

  /** See {@link Field#tiled}. */
  Picture tiled(int times) {
    Picture out = blank(width, height);
    for (int c = 0; c < 3; c++) {
      out.planes[c] = new Field(width, height, planes[c]).tiled(times).values();
    }
    return out;
  }

  /** See {@link Field#warped}. */
  Picture warped(Field.Warp w) {
    Picture out = blank(w.size(), w.size());
    for (int c = 0; c < 3; c++) {
      out.planes[c] = new Field(width, height, planes[c]).warped(w).values();
    }
    return out;
  }

  Picture gray() {
    return map((i, c, v) -> 0.299f * planes[0][i] + 0.587f * planes[1][i] + 0.114f * planes[2][i]);
  }

  /** Each pixel taken from (x + dx, y + dy), the border repeated. */
  Picture displaced(Field dx, Field dy) {
    return map(
        (i, c, v) -> {
          int x = clamp(Math.round(i % width + dx.values()[i]), width);
          int y = clamp(Math.round(i / width + dy.values()[i]), height);
          return planes[c][y * width + x];
        });
  }

  private static int clamp(int v, int n) {
    return Math.min(Math.max(v, 0), n - 1);
  }

  /** Mean absolute difference in pixels where {@code mask} is above a half. */
  double difference(Picture other, Field mask) {
    double sum = 0;
    int n = 0;
    for (int i = 0; i < mask.values().length; i++) {
      if (mask.values()[i] > 0.5f) {
        n++;
        for (int c = 0; c < 3; c++) {
          sum += Math.abs(planes[c][i] - other.planes[c][i]) / 3;
        }
      }
    }
    return n == 0 ? 0 : sum / n;
  }
}
