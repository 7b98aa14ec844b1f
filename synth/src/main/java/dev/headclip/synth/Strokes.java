package dev.headclip.synth;

import java.util.random.RandomGenerator;

/** Lines: scratches, cracks, threads as coverage fields, and print as part of an object. */
final class Strokes {
  private Strokes() {}

  /** A line that wanders from a point; coverage 0 to 1. */
  static Field wander(Field region, double length, double width, double turn, RandomGenerator r) {
    Field out = Field.zeros(region.width(), region.height());
    double[] at = start(region, r);
    double angle = r.nextDouble() * 2 * Math.PI;
    for (double done = 0; done < length; done += 0.5) {
      disc(out, at[0], at[1], width / 2);
      angle += (r.nextDouble() - 0.5) * turn;
      at[0] += 0.5 * StrictMath.cos(angle);
      at[1] += 0.5 * StrictMath.sin(angle);
    }
    return out;
  }

  /** A random point of the region. */
  static double[] start(Field region, RandomGenerator r) {
    for (int tries = 0; tries < 200; tries++) {
      int x = r.nextInt(region.width());
      int y = r.nextInt(region.height());
      if (region.at(x, y) > 0.5f) {
        return new double[] {x, y};
      }
    }
    return new double[] {region.width() / 2.0, region.height() / 2.0};
  }

  /** Covers a disc; one of negative radius is uncovered. */
  static void disc(Field out, double cx, double cy, double size) {
    double radius = Math.abs(size);
    int reach = (int) Math.ceil(radius + 1);
    for (int y = (int) cy - reach; y <= cy + reach; y++) {
      for (int x = (int) cx - reach; x <= cx + reach; x++) {
        if (x >= 0 && y >= 0 && x < out.width() && y < out.height()) {
          double d = Math.sqrt((x - cx) * (x - cx) + (y - cy) * (y - cy));
          float cover = (float) Math.min(Math.max(radius + 0.5 - d, 0), 1);
          int i = y * out.width() + x;
          out.values()[i] =
              size < 0 ? Math.min(out.values()[i], 1 - cover) : Math.max(out.values()[i], cover);
        }
      }
    }
  }

  /** Rows of letter-like strokes. */
  static Picture print(Picture on, RandomGenerator r) {
    int size = on.width();
    int cell = Math.max(4, size / 28 + r.nextInt(Math.max(1, size / 28)));
    int columns = 3 + r.nextInt(5);
    int left = size / 2 - columns * cell / 2;
    int top = size / 2 - cell + r.nextInt(cell);
    Field ink = Field.zeros(size, size);
    for (int k = 0; k < columns; k++) {
      for (int s = 0; s < 3; s++) {
        boolean upright = r.nextBoolean();
        int x0 = left + k * cell + (upright ? r.nextInt(2) * (cell - 3) : 0);
        int y0 = top + (upright ? 0 : r.nextInt(3) * (cell - 2) / 2);
        for (int i = 0; i < cell - 2; i++) {
          int x = upright ? x0 : x0 + i;
          int y = upright ? y0 + i : y0;
          if (x >= 0 && y >= 0 && x < size && y < size) {
            ink.values()[y * size + x] = 1;
          }
        }
      }
    }
    return on.blend(Picture.filled(size, size, Colors.any(r)), ink);
  }
}
