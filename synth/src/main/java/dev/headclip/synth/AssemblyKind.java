package dev.headclip.synth;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/** Arrangements of parts, in which the parts' places matter. */
public enum AssemblyKind {
  CIRCUIT_BOARD("circuit board") {
    @Override
    Scene draw(Scenes scenes, int size, RandomGenerator r) {
      return CircuitBoard.draw(size, r);
    }
  },
  TRAY("tray of parts") {
    @Override
    Scene draw(Scenes scenes, int size, RandomGenerator r) {
      List<Scene> things = new ArrayList<>();
      for (int k = 1 + r.nextInt(3); k > 0; k--) {
        things.add(scenes.thing(size, r));
      }
      Picture ground = scenes.ground(size, r);
      int columns = 1 + r.nextInt(4);
      int rows = columns == 1 ? 2 + r.nextInt(3) : 1 + r.nextInt(4);
      boolean anyhow = r.nextFloat() < 0.3f;
      double loose = anyhow ? Math.PI : 0.1 * r.nextDouble();
      double cell = (double) size / Math.max(columns, rows);
      Picture seen = ground.map((i, c, v) -> v);
      short[] labels = new short[size * size];
      Field region = Field.zeros(size, size);
      double left = (size - columns * cell) / 2;
      double top = (size - rows * cell) / 2;
      boolean mixed = r.nextFloat() < 0.4f;
      for (int k = 0; k < columns * rows; k++) {
        Scene thing = things.get((mixed ? r.nextInt(things.size()) : k) % things.size());
        double x = left + (k % columns + 0.5 + 0.06 * (r.nextDouble() - 0.5)) * cell;
        double y = top + (k / columns + 0.5 + 0.06 * (r.nextDouble() - 0.5)) * cell;
        double angle = loose * (2 * r.nextDouble() - 1);
        lay(
            finer(thing, size / cell),
            x,
            y,
            cell / size * 0.95,
            angle,
            k + 1,
            seen,
            region,
            labels);
      }
      return new Scene(seen.clipped(), region, ground, noun(), true, new Parts(size, size, labels));
    }
  };

  private final String noun;

  AssemblyKind(String noun) {
    this.noun = noun;
  }

  /** For captions. */
  public String noun() {
    return noun;
  }

  /** The class folder of a synthesized data set. */
  public String folder() {
    return name().toLowerCase(Locale.ROOT);
  }

  abstract Scene draw(Scenes scenes, int size, RandomGenerator r);

  /** Blurred as far as it will be made smaller. */
  private static Scene finer(Scene thing, double times) {
    Picture soft = thing.picture().blurred((int) Math.round(0.35 * (times - 1)));
    return new Scene(soft, thing.region(), thing.ground(), thing.noun(), true);
  }

  /** Paints a thing, made smaller and turned, about a place. */
  private static void lay(
      Scene thing,
      double x,
      double y,
      double scale,
      double angle,
      int label,
      Picture on,
      Field region,
      short[] labels) {
    int n = on.width();
    double cos = StrictMath.cos(angle) / scale;
    double sin = StrictMath.sin(angle) / scale;
    double reach = n * scale * 0.75;
    for (int v = Math.max(0, (int) (y - reach)); v < Math.min(n, (int) (y + reach)); v++) {
      for (int u = Math.max(0, (int) (x - reach)); u < Math.min(n, (int) (x + reach)); u++) {
        double fromX = n / 2.0 + cos * (u - x) + sin * (v - y);
        double fromY = n / 2.0 - sin * (u - x) + cos * (v - y);
        if (fromX < 0 || fromY < 0 || fromX > n - 1 || fromY > n - 1) {
          continue;
        }
        float inside = thing.region().bilinear(fromX, fromY);
        if (inside > 0) {
          int i = v * n + u;
          for (int c = 0; c < 3; c++) {
            float[] plane = on.planes()[c];
            float color = new Field(n, n, thing.picture().planes()[c]).bilinear(fromX, fromY);
            plane[i] += (color - plane[i]) * inside;
          }
          region.values()[i] = Math.max(region.values()[i], inside);
          if (inside > 0.5f) {
            labels[i] = (short) label;
          }
        }
      }
    }
  }
}
