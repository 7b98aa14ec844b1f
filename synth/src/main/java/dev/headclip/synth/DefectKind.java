package dev.headclip.synth;

import java.util.Locale;
import java.util.random.RandomGenerator;

/** What can be wrong with a surface or an object. */
public enum DefectKind {
  SCRATCH("scratch", 1) {
    @Override
    Defect draw(Scene s, Textures t, RandomGenerator r) {
      double size = s.picture().width();
      Field line =
          Strokes.wander(
              s.region(),
              size * (0.12 + 0.5 * r.nextDouble()),
              1 + size * 0.012 * r.nextDouble(),
              0.03,
              r);
      return tinted(s, line, r);
    }
  },
  CRACK("crack", 1) {
    @Override
    Defect draw(Scene s, Textures t, RandomGenerator r) {
      double size = s.picture().width();
      Field line =
          Strokes.wander(
              s.region(),
              size * (0.15 + 0.4 * r.nextDouble()),
              1 + size * 0.01 * r.nextDouble(),
              0.7,
              r);
      float dark = 0.15f + 0.35f * r.nextFloat();
      return new Defect(s.picture().map((i, c, v) -> v * dark), line);
    }
  },
  THREAD("thread", 1) {
    @Override
    Defect draw(Scene s, Textures t, RandomGenerator r) {
      double size = s.picture().width();
      Field line =
          Strokes.wander(
              s.region(),
              size * (0.3 + 0.6 * r.nextDouble()),
              1.5 + size * 0.015 * r.nextDouble(),
              0.2,
              r);
      return tinted(s, line, r);
    }
  },
  STAIN("stain", 2) {
    @Override
    Defect draw(Scene s, Textures t, RandomGenerator r) {
      Field alpha = Blobs.any(s, r);
      float[] tone = Colors.any(r);
      float strength = 0.35f + 0.5f * r.nextFloat();
      return new Defect(
          s.picture().map((i, c, v) -> v + (tone[c] * (0.4f + 0.6f * v) - v) * strength), alpha);
    }
  },
  HOLE("hole", 1) {
    @Override
    Defect draw(Scene s, Textures t, RandomGenerator r) {
      Field alpha = Blobs.small(s, r);
      float[] deep = {0.04f, 0.04f, 0.04f};
      float[] tone = r.nextFloat() < 0.7f ? deep : Colors.any(r);
      return new Defect(Picture.filled(s.picture().width(), s.picture().height(), tone), alpha);
    }
  },
  PATCH("foreign patch", 3) {
    @Override
    Defect draw(Scene s, Textures t, RandomGenerator r) {
      int n = s.picture().width();
      Picture other = t.sample(n, n, r).picture();
      float share = 0.5f + 0.5f * r.nextFloat();
      return new Defect(s.picture().blend(other, Field.filled(n, n, share)), Blobs.any(s, r));
    }
  },
  FADE("discoloration", 2) {
    @Override
    Defect draw(Scene s, Textures t, RandomGenerator r) {
      float gain = r.nextBoolean() ? 0.3f + 0.4f * r.nextFloat() : 1.35f + 0.6f * r.nextFloat();
      float lift = gain > 1 ? 0.08f : 0;
      return new Defect(s.picture().map((i, c, v) -> v * gain + lift), Blobs.any(s, r));
    }
  },
  SMEAR("smear", 1) {
    @Override
    Defect draw(Scene s, Textures t, RandomGenerator r) {
      int radius = 2 + s.picture().width() / 40 + r.nextInt(4);
      return new Defect(s.picture().blurred(radius), Blobs.any(s, r));
    }
  },
  ROUGH("rough spot", 1) {
    @Override
    Defect draw(Scene s, Textures t, RandomGenerator r) {
      int n = s.picture().width();
      double cell = 1.5 + 6 * r.nextDouble();
      Field noise = Field.noise(n, n, cell, cell, 2, 0.6, r);
      float strength = 0.3f + 0.5f * r.nextFloat();
      return new Defect(
          s.picture().map((i, c, v) -> v + strength * (noise.values()[i] - 0.5f)), Blobs.any(s, r));
    }
  },
  MISPLACED("misplaced part", 2) {
    @Override
    Defect draw(Scene s, Textures t, RandomGenerator r) {
      int n = s.picture().width();
      float reach = n * (0.08f + 0.3f * r.nextFloat());
      double a = r.nextDouble() * 2 * Math.PI;
      Field dx = Field.filled(n, n, (float) StrictMath.cos(a) * reach);
      Field dy = Field.filled(n, n, (float) StrictMath.sin(a) * reach);
      return new Defect(s.picture().displaced(dx, dy), Blobs.any(s, r));
    }
  },
  BENT("bent part", 2) {
    @Override
    Defect draw(Scene s, Textures t, RandomGenerator r) {
      int n = s.picture().width();
      Field alpha = Blobs.ellipse(s, 0.1 + 0.14 * r.nextDouble(), r);
      Field push = alpha.blurred(n / 24 + 1);
      double a = r.nextDouble() * 2 * Math.PI;
      float reach = n * (0.04f + 0.07f * r.nextFloat());
      float cos = (float) StrictMath.cos(a) * reach;
      float sin = (float) StrictMath.sin(a) * reach;
      Field dx = Field.of(n, n, (x, y) -> push.at(x, y) * cos);
      Field dy = Field.of(n, n, (x, y) -> push.at(x, y) * sin);
      return new Defect(s.picture().displaced(dx, dy), alpha);
    }
  },
  DENT("dent", 2) {
    @Override
    Defect draw(Scene s, Textures t, RandomGenerator r) {
      Field alpha = r.nextFloat() < 0.4f ? line(s, r) : Blobs.any(s, r);
      Field height = alpha.blurred(1 + s.picture().width() / 100 + r.nextInt(3));
      double a = r.nextDouble() * 2 * Math.PI;
      float cos = (float) StrictMath.cos(a);
      float sin = (float) StrictMath.sin(a);
      float depth = 1.5f + 4 * r.nextFloat();
      int n = s.picture().width();
      Picture lit =
          s.picture()
              .map(
                  (i, c, v) -> {
                    int x = i % n;
                    int y = i / n;
                    float gx =
                        height.at(Math.min(x + 1, n - 1), y) - height.at(Math.max(x - 1, 0), y);
                    float gy =
                        height.at(x, Math.min(y + 1, n - 1)) - height.at(x, Math.max(y - 1, 0));
                    float slope = depth * (gx * cos + gy * sin);
                    return v * (1 + slope) + 0.25f * slope;
                  });
      return new Defect(lit, grown(height));
    }

    private Field line(Scene s, RandomGenerator r) {
      double size = s.picture().width();
      return Strokes.wander(
          s.region(),
          size * (0.1 + 0.3 * r.nextDouble()),
          2 + size * 0.02 * r.nextDouble(),
          0.05,
          r);
    }

    private Field grown(Field height) {
      return Field.of(height.width(), height.height(), (x, y) -> Field.smooth(height.at(x, y) * 5));
    }
  },
  TURNED("turned part", 1) {
    @Override
    Defect draw(Scene s, Textures t, RandomGenerator r) {
      int n = s.picture().width();
      double[] at = Strokes.start(s.region(), r);
      Field alpha = Blobs.disc(s, at, n * (0.05 + 0.12 * r.nextDouble()));
      double a = (0.15 + 0.7 * r.nextDouble()) * (r.nextBoolean() ? Math.PI : -Math.PI);
      float cos = (float) StrictMath.cos(a) - 1;
      float sin = (float) StrictMath.sin(a);
      float cx = (float) at[0];
      float cy = (float) at[1];
      Field dx = Field.of(n, n, (x, y) -> cos * (x - cx) - sin * (y - cy));
      Field dy = Field.of(n, n, (x, y) -> sin * (x - cx) + cos * (y - cy));
      return new Defect(s.picture().displaced(dx, dy), alpha);
    }
  },
  MISSING("missing piece", 2) {
    @Override
    Defect draw(Scene s, Textures t, RandomGenerator r) {
      if (!s.object()) {
        return HOLE.draw(s, t, r);
      }
      return new Defect(s.ground(), Blobs.any(s, r));
    }
  },
  CONTAMINATION("contamination", 2) {
    @Override
    Defect draw(Scene s, Textures t, RandomGenerator r) {
      Field alpha = Blobs.small(s, r);
      for (int more = r.nextInt(4); more > 0; more--) {
        Field next = Blobs.small(s, r);
        for (int i = 0; i < next.values().length; i++) {
          alpha.values()[i] = Math.max(alpha.values()[i], next.values()[i]);
        }
      }
      return tinted(s, alpha, r);
    }
  };

  /**
   * A changed picture and where it replaces the old one.
   *
   * @param changed the picture as if the defect were everywhere
   * @param alpha its coverage, 0 to 1
   */
  record Defect(Picture changed, Field alpha) {}

  private final String noun;
  private final int weight;

  DefectKind(String noun, int weight) {
    this.noun = noun;
    this.weight = weight;
  }

  /** For captions. */
  public String noun() {
    return noun;
  }

  /** The folder of a synthesized data set. */
  public String folder() {
    return name().toLowerCase(Locale.ROOT);
  }

  abstract Defect draw(Scene s, Textures t, RandomGenerator r);

  private static final int TOTAL = total();

  private static int total() {
    int sum = 0;
    for (DefectKind k : values()) {
      sum += k.weight;
    }
    return sum;
  }

  /** A kind drawn by weight. */
  static DefectKind any(RandomGenerator r) {
    int at = r.nextInt(TOTAL);
    for (DefectKind k : values()) {
      at -= k.weight;
      if (at < 0) {
        return k;
      }
    }
    throw new IllegalStateException();
  }

  private static Defect tinted(Scene s, Field alpha, RandomGenerator r) {
    float[] tone = Colors.any(r);
    float strength = 0.55f + 0.45f * r.nextFloat();
    return new Defect(s.picture().map((i, c, v) -> v + (tone[c] - v) * strength), alpha);
  }
}
