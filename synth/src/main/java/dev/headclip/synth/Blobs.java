package dev.headclip.synth;

import java.util.random.RandomGenerator;

/** Shapes of defects: ragged blobs, ellipses, boxes. */
final class Blobs {
  private Blobs() {}

  /** Any shape, from a few pixels to a quarter of the picture. */
  static Field any(Scene s, RandomGenerator r) {
    double size = 0.035 + 0.2 * r.nextDouble() * r.nextDouble() + 0.03 * r.nextDouble();
    float which = r.nextFloat();
    if (which < 0.55f) {
      return ragged(s, size * 1.3, r);
    }
    return which < 0.8f ? ellipse(s, size, r) : box(s, size, r);
  }

  static Field small(Scene s, RandomGenerator r) {
    return ragged(s, 0.025 + 0.06 * r.nextDouble(), r);
  }

  /**
   * @param size half of the shape, share of the picture's width
   */
  static Field ellipse(Scene s, double size, RandomGenerator r) {
    return placed(s, size, r, (u, v) -> (float) Math.sqrt(u * u + v * v));
  }

  /** A disc about a point, radius in pixels. */
  static Field disc(Scene s, double[] at, double radius) {
    int n = s.picture().width();
    Field out = Field.zeros(n, n);
    Strokes.disc(out, at[0], at[1], radius);
    return out;
  }

  private static Field box(Scene s, double size, RandomGenerator r) {
    return placed(s, size, r, (u, v) -> Math.max(Math.abs(u), Math.abs(v)));
  }

  private static Field ragged(Scene s, double size, RandomGenerator r) {
    int n = s.picture().width();
    double cell = Math.max(3, n * size * 0.7);
    Field noise = Field.noise(n, n, cell, cell, 3, 0.6, r);
    return placed(s, size, r, (u, v) -> (float) Math.sqrt(u * u + v * v) * 0.75f, noise);
  }

  private interface Distance {
    /** 1 on the outline of the unit shape. */
    float at(float u, float v);
  }

  private static Field placed(Scene s, double size, RandomGenerator r, Distance d) {
    int n = s.picture().width();
    return placed(s, size, r, d, Field.filled(n, n, 0.5f));
  }

  private static Field placed(Scene s, double size, RandomGenerator r, Distance d, Field outline) {
    int n = s.picture().width();
    double[] at = Strokes.start(s.region(), r);
    double angle = r.nextDouble() * Math.PI;
    double squash = 0.4 + 0.6 * r.nextDouble();
    double half = Math.max(1.5, size * n);
    float cos = (float) (StrictMath.cos(angle) / half);
    float sin = (float) (StrictMath.sin(angle) / half);
    float cx = (float) at[0];
    float cy = (float) at[1];
    float edge = (float) (half / (1 + 2 * r.nextDouble()));
    return Field.of(
        n,
        n,
        (x, y) -> {
          float dx = x - cx;
          float dy = y - cy;
          float u = dx * cos + dy * sin;
          float v = (float) ((dy * cos - dx * sin) / squash);
          float inside = 0.55f + 0.9f * outline.at(x, y) - d.at(u, v);
          return Field.smooth(0.5f + inside * edge * 0.5f);
        });
  }
}
