package dev.headclip.synth;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * Drawn things that no training sees: kinds that are kept back, so that a validation set tells how
 * far a model carries.
 */
public enum KeptKind {
  SCREW("screw") {
    @Override
    Scene draw(Scenes scenes, int size, RandomGenerator r) {
      float half = size * (0.07f + 0.06f * r.nextFloat());
      float length = size * (0.6f + 0.25f * r.nextFloat());
      float head = half * (1.6f + 0.6f * r.nextFloat());
      float deep = length * (0.12f + 0.1f * r.nextFloat());
      float lead = half * (0.35f + 0.35f * r.nextFloat());
      float neck = length * 0.3f * r.nextFloat();
      boolean pointed = r.nextBoolean();
      return solid(
          scenes,
          size,
          r,
          noun(),
          (u, v) -> {
            float along = u + length / 2;
            float across = Math.abs(v);
            float wide = along < deep ? head : half;
            if (pointed && along > length * 0.85f) {
              wide = half * (length - along) / (length * 0.15f);
            }
            return along < 0 || along > length ? 0 : Field.smooth(wide - across + 0.5f);
          },
          (u, v) -> {
            float along = u + length / 2;
            float wide = along < deep ? head : half;
            float t = Math.min(Math.abs(v) / wide, 1);
            float round = 0.35f + 0.65f * (float) Math.sqrt(1 - t * t);
            float turn = (float) Math.sin(2 * Math.PI * (along + 0.35f * v) / lead);
            return round * (along < deep + neck ? 0.9f : 0.75f + 0.25f * turn);
          });
    }
  },
  CASTING("casting") {
    @Override
    Scene draw(Scenes scenes, int size, RandomGenerator r) {
      float outer = size * (0.3f + 0.15f * r.nextFloat());
      float bore = outer * (0.2f + 0.2f * r.nextFloat());
      float rim = outer * (0.75f + 0.15f * r.nextFloat());
      int holes = 3 + r.nextInt(5);
      int ribs = r.nextInt(7);
      float at = (bore + rim) / 2 + outer * 0.1f;
      float small = outer * (0.05f + 0.05f * r.nextFloat());
      return solid(
          scenes,
          size,
          r,
          noun(),
          (u, v) -> {
            float d = (float) Math.sqrt(u * u + v * v);
            return Field.smooth(Math.min(outer - d, d - bore) + 0.5f);
          },
          (u, v) -> {
            float d = (float) Math.sqrt(u * u + v * v);
            double angle = StrictMath.atan2(v, u) / (2 * Math.PI);
            double slot = angle * holes;
            double off = (slot - Math.rint(slot)) / holes * 2 * Math.PI;
            double far = Math.hypot(d * StrictMath.cos(off) - at, d * StrictMath.sin(off));
            if (far < small) {
              return 0.1f;
            }
            double spoke = angle * Math.max(1, ribs) + 0.5;
            double beside =
                Math.abs(spoke - Math.rint(spoke)) / Math.max(1, ribs) * 2 * Math.PI * d;
            float level = d > rim || d < bore * 1.5f ? 0.9f : 0.55f;
            return ribs > 0 && beside < outer * 0.05 ? 0.85f : level;
          });
    }
  },
  SOLAR_CELL("solar cell") {
    @Override
    Scene draw(Scenes scenes, int size, RandomGenerator r) {
      int across = 1 + r.nextInt(4);
      float cell = (float) size / across;
      float gap = cell * 0.02f + 0.8f;
      int bars = 2 + r.nextInt(3);
      float finger = 3 + 5 * r.nextFloat();
      float[] base =
          r.nextBoolean() ? new float[] {0.1f, 0.14f, 0.32f} : gray(0.3f + 0.3f * r.nextFloat());
      Field grains = Field.noise(size, size, cell * 0.25, cell * 0.2, 2, 0.5, r);
      float uneven = 0.2f + 0.4f * r.nextFloat();
      float[] shade = new float[across * across];
      for (int i = 0; i < shade.length; i++) {
        shade[i] = 0.85f + 0.3f * r.nextFloat();
      }
      Picture p = Picture.filled(size, size, base);
      Picture seen =
          p.map(
              (i, c, v) -> {
                float x = i % size % cell;
                float y = i / size % cell;
                int which =
                    Math.min(across - 1, (int) (i / size / cell)) * across
                        + Math.min(across - 1, (int) (i % size / cell));
                if (x < gap || y < gap) {
                  return 0.8f * v + 0.2f;
                }
                float bar = x / cell * bars - 0.5f;
                if (Math.abs(bar - Math.round(bar)) * cell / bars < cell * 0.012f + 0.6f) {
                  return 0.65f;
                }
                float line = y % finger < 1 ? 1.12f : 1;
                return v * shade[which] * line * (1 + uneven * (grains.values()[i] - 0.5f));
              });
      return flat(seen, noun());
    }
  },
  ROAD("road") {
    @Override
    Scene draw(Scenes scenes, int size, RandomGenerator r) {
      Field stones =
          Field.noise(size, size, 2 + 3 * r.nextDouble(), 2 + 3 * r.nextDouble(), 2, 0.8, r);
      Field slow = Field.noise(size, size, size * 0.5, size * 0.5, 3, 0.5, r);
      float level = 0.25f + 0.3f * r.nextFloat();
      float rough = 0.2f + 0.3f * r.nextFloat();
      boolean marked = r.nextFloat() < 0.5f;
      float at = size * (0.2f + 0.6f * r.nextFloat());
      float wide = size * (0.04f + 0.06f * r.nextFloat());
      float slope = 0.4f * (r.nextFloat() - 0.5f);
      float warm = 0.03f * r.nextFloat();
      Picture seen =
          Picture.filled(size, size, new float[] {level + warm, level, level - warm})
              .map(
                  (i, c, v) -> {
                    float grain = rough * (stones.values()[i] - 0.5f);
                    float tone = v + grain + 0.12f * (slow.values()[i] - 0.5f);
                    float off = Math.abs(i % size - at - slope * (i / size));
                    float paint = marked ? Field.smooth(wide / 2 - off + 0.5f) : 0;
                    return tone + paint * (0.8f + 0.5f * grain - tone) * 0.85f;
                  });
      return flat(seen.clipped(), noun());
    }
  },
  BISCUIT("biscuit") {
    @Override
    Scene draw(Scenes scenes, int size, RandomGenerator r) {
      float radius = size * (0.28f + 0.14f * r.nextFloat());
      int waves = 8 + r.nextInt(20);
      float deep = r.nextFloat() < 0.5f ? 0 : 0.04f * r.nextFloat() + 0.02f;
      Field bits = Field.zeros(size, size);
      for (int k = r.nextInt(24); k > 0; k--) {
        double a = r.nextDouble() * 2 * Math.PI;
        double d = radius * 0.85 * Math.sqrt(r.nextDouble());
        Strokes.disc(
            bits,
            size / 2.0 + d * StrictMath.cos(a),
            size / 2.0 + d * StrictMath.sin(a),
            size * (0.01 + 0.025 * r.nextDouble()));
      }
      Field crumb = Field.noise(size, size, 5, 5, 3, 0.8, r);
      float[] dough = Colors.near(new float[] {0.72f, 0.52f, 0.3f}, 0.15f, r);
      Field inside =
          Field.of(
              size,
              size,
              (x, y) -> {
                float dx = x - size / 2f;
                float dy = y - size / 2f;
                double wave = 1 + deep * StrictMath.sin(waves * StrictMath.atan2(dy, dx));
                return Field.smooth((float) (radius * wave - Math.sqrt(dx * dx + dy * dy)) + 0.5f);
              });
      Picture body =
          Picture.filled(size, size, dough)
              .map(
                  (i, c, v) -> {
                    float baked = v * (0.75f + 0.4f * crumb.values()[i]);
                    return baked + bits.values()[i] * (0.15f - 0.05f * c - baked);
                  });
      Picture ground = scenes.ground(size, r);
      return new Scene(ground.blend(body, inside).clipped(), inside, ground, noun(), true);
    }
  },
  LACE("lace") {
    @Override
    Scene draw(Scenes scenes, int size, RandomGenerator r) {
      double period = size / (4.0 + r.nextInt(7));
      int petals = 4 + r.nextInt(5);
      float open = 0.2f + 0.25f * r.nextFloat();
      float[] dark = Colors.any(r);
      float[] thread = Colors.near(new float[] {0.85f, 0.83f, 0.78f}, 0.15f, r);
      Field weave = Field.noise(size, size, 2, 2, 1, 1, r);
      Picture seen =
          Picture.filled(size, size, dark)
              .map(
                  (i, c, v) -> {
                    double x = i % size / period;
                    double y = i / size / period;
                    double u = x - Math.floor(x) - 0.5;
                    double w = y - Math.floor(y) - 0.5;
                    double d = Math.sqrt(u * u + w * w);
                    double rose =
                        0.12
                            + open
                                * Math.abs(StrictMath.cos(petals / 2.0 * StrictMath.atan2(w, u)));
                    float hole = Field.smooth((float) ((rose - d) * period * 0.8));
                    float heart = Field.smooth((float) ((0.1 - d) * period * 0.8));
                    float cover = Math.max(1 - hole, heart);
                    float t = thread[c] * (0.85f + 0.25f * weave.values()[i]);
                    return v + cover * (t - v);
                  });
      return flat(seen.clipped(), noun());
    }
  },
  TERMINAL("terminal block") {
    @Override
    Scene draw(Scenes scenes, int size, RandomGenerator r) {
      int ways = 4 + r.nextInt(6);
      double step = (double) size / (ways + 1);
      Canvas canvas = new Canvas(size);
      canvas.fill(new Rectangle2D.Double(0, 0, size, size), Canvas.color(Colors.any(r), 0.8f));
      Color body = Canvas.color(gray(0.15f + 0.6f * r.nextFloat()));
      canvas.fill(
          new Rectangle2D.Double(step * 0.3, size * 0.45, size - step * 0.6, size * 0.35), body);
      for (int k = 0; k < ways; k++) {
        double x = step * (k + 1);
        canvas.fill(disc(x, size * 0.55, step * 0.3), Color.DARK_GRAY);
        canvas.fill(disc(x, size * 0.7, step * 0.3), Color.GRAY);
      }
      Picture ground = canvas.picture();
      float thick = (float) (step * 0.3);
      canvas.pen().setStroke(new BasicStroke(thick));
      Color[] wires = new Color[1 + r.nextInt(4)];
      for (int k = 0; k < wires.length; k++) {
        wires[k] = Canvas.color(Colors.any(r));
      }
      double lean = step * (r.nextDouble() - 0.5);
      for (int k = 0; k < ways; k++) {
        double x = step * (k + 1);
        canvas.nextPart();
        Path2D wire = new Path2D.Double();
        wire.moveTo(x + lean, size * 0.06);
        wire.curveTo(x + lean, size * 0.25, x, size * 0.3, x, size * 0.55);
        canvas.part(new BasicStroke(thick).createStrokedShape(wire), wires[k % wires.length]);
        AffineTransform before = canvas.to(x, size * 0.7, r.nextDouble() * Math.PI);
        canvas.nextPart();
        canvas.part(disc(0, 0, step * 0.24), Color.LIGHT_GRAY);
        canvas.fill(
            new Rectangle2D.Double(-step * 0.2, -step * 0.04, step * 0.4, step * 0.08),
            Color.DARK_GRAY);
        canvas.back(before);
      }
      Picture seen = canvas.picture();
      Parts parts = canvas.parts();
      canvas.close();
      return new Scene(seen, Field.filled(size, size, 1), ground, noun(), true, parts);
    }
  };

  private final String noun;

  KeptKind(String noun) {
    this.noun = noun;
  }

  String noun() {
    return noun;
  }

  /** The class folder of a synthesized data set. */
  public String folder() {
    return name().toLowerCase(Locale.ROOT);
  }

  abstract Scene draw(Scenes scenes, int size, RandomGenerator r);

  private interface Function {
    /** At a place from the middle, pixels, the thing laid along u. */
    float at(float u, float v);
  }

  /** A metal thing on a ground, turned anyhow. */
  private static Scene solid(
      Scenes scenes, int size, RandomGenerator r, String noun, Function inside, Function level) {
    double angle = r.nextDouble() * 2 * Math.PI;
    float cos = (float) StrictMath.cos(angle);
    float sin = (float) StrictMath.sin(angle);
    float middle = size / 2f;
    Field.Function cover =
        (x, y) -> {
          float u = (x - middle) * cos + (y - middle) * sin;
          float v = (y - middle) * cos - (x - middle) * sin;
          return inside.at(u, v);
        };
    Field region = Field.of(size, size, cover);
    Field rough = Field.noise(size, size, 2.5, 2.5, 3, 0.8, r);
    float grain = 0.05f + 0.2f * r.nextFloat();
    float[] metal = Colors.near(gray(0.65f), 0.2f, r);
    Picture body =
        Picture.filled(size, size, metal)
            .map(
                (i, c, p) -> {
                  float x = i % size - middle;
                  float y = i / size - middle;
                  float lit = level.at(x * cos + y * sin, y * cos - x * sin);
                  return p * lit * (1 + grain * (rough.values()[i] - 0.5f));
                });
    Picture ground = scenes.ground(size, r);
    return new Scene(ground.blend(body, region).clipped(), region, ground, noun, true);
  }

  private static Scene flat(Picture p, String noun) {
    return new Scene(p, Field.filled(p.width(), p.height(), 1), p, noun, false);
  }

  private static float[] gray(float level) {
    return new float[] {level, level, level};
  }

  private static Ellipse2D disc(double x, double y, double radius) {
    return new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius);
  }
}
