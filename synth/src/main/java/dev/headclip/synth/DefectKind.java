package dev.headclip.synth;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
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
  },
  RUST("rust", 2) {
    private final float[] dark = {0.3f, 0.13f, 0.06f};
    private final float[] light = {0.68f, 0.38f, 0.18f};

    @Override
    Defect draw(Scene s, Textures t, RandomGenerator r) {
      int n = s.picture().width();
      Field tone = Field.noise(n, n, 3 + n * 0.05 * r.nextDouble(), 5, 3, 0.8, r);
      float share = 0.6f + 0.35f * r.nextFloat();
      Picture changed =
          s.picture()
              .map(
                  (i, c, v) -> {
                    float rust = dark[c] + (light[c] - dark[c]) * tone.values()[i];
                    return v + (rust - v) * share;
                  });
      return new Defect(changed, patchy(s, Blobs.any(s, r), 0.3f + 0.3f * r.nextFloat(), r));
    }
  },
  WEAR("wear", 2) {
    @Override
    Defect draw(Scene s, Textures t, RandomGenerator r) {
      float[] bare = Colors.near(new float[] {0.65f, 0.64f, 0.62f}, 0.3f, r);
      float share = 0.3f + 0.5f * r.nextFloat();
      Picture smooth = s.picture().blurred(1 + r.nextInt(3));
      Picture changed = smooth.map((i, c, v) -> v + (bare[c] * (0.6f + 0.4f * v) - v) * share);
      return new Defect(changed, patchy(s, Blobs.any(s, r), 0.35f + 0.25f * r.nextFloat(), r));
    }
  },
  PITTING("pitting", 2) {
    @Override
    Defect draw(Scene s, Textures t, RandomGenerator r) {
      int n = s.picture().width();
      double[] at = Strokes.start(s.region(), r);
      double reach = n * (0.03 + 0.1 * r.nextDouble());
      double stretch = 0.3 + 0.7 * r.nextDouble();
      double angle = r.nextDouble() * Math.PI;
      Field pits = Field.zeros(n, n);
      for (int k = 2 + r.nextInt(12); k > 0; k--) {
        double u = reach * r.nextGaussian() * 0.6;
        double v = reach * r.nextGaussian() * 0.6 * stretch;
        Strokes.disc(
            pits,
            at[0] + u * StrictMath.cos(angle) - v * StrictMath.sin(angle),
            at[1] + u * StrictMath.sin(angle) + v * StrictMath.cos(angle),
            0.8 + n * 0.014 * r.nextDouble());
      }
      float deep = 0.15f + 0.4f * r.nextFloat();
      return new Defect(s.picture().map((i, c, v) -> v * deep), pits);
    }
  },
  BROKEN("broken piece", 3) {
    @Override
    boolean fits(Scene s) {
      return s.object() && !s.parts().any();
    }

    @Override
    Defect draw(Scene s, Textures t, RandomGenerator r) {
      int n = s.picture().width();
      double angle = r.nextDouble() * 2 * Math.PI;
      float cos = (float) StrictMath.cos(angle);
      float sin = (float) StrictMath.sin(angle);
      Field ragged = Field.noise(n, n, n * 0.1, n * 0.1, 3, 0.6, r);
      float rough = n * 0.12f * r.nextFloat();
      float most = -Float.MAX_VALUE;
      for (int i = 0; i < n * n; i++) {
        if (s.region().values()[i] > 0.5f) {
          most = Math.max(most, i % n * cos + i / n * sin);
        }
      }
      float from = most - n * (0.04f + 0.25f * r.nextFloat());
      return new Defect(
          s.ground(),
          Field.of(
              n, n, (x, y) -> Field.smooth(x * cos + y * sin + rough * ragged.at(x, y) - from)));
    }
  },
  MISSING_PART("missing part", 6, PartFaults::missing),
  WRONG_PART("wrong part", 5, PartFaults::wrong),
  ROTATED_PART("rotated part", 5, PartFaults::turned),
  SHIFTED_PART("shifted part", 5, PartFaults::moved),
  EXTRA_PART("extra part", 3, PartFaults::extra);

  /**
   * A changed picture and where it replaces the old one.
   *
   * @param changed the picture as if the defect were everywhere
   * @param alpha its coverage, 0 to 1
   * @param anywhere whether it may reach beyond the scene's region
   */
  record Defect(Picture changed, Field alpha, boolean anywhere) {
    /** On the region only. */
    Defect(Picture changed, Field alpha) {
      this(changed, alpha, false);
    }
  }

  private final String noun;
  private final int weight;
  private final Optional<BiFunction<Scene, RandomGenerator, Defect>> ofParts;

  DefectKind(String noun, int weight) {
    this.noun = noun;
    this.weight = weight;
    this.ofParts = Optional.empty();
  }

  /** One that a scene of parts can have. */
  DefectKind(String noun, int weight, BiFunction<Scene, RandomGenerator, Defect> ofParts) {
    this.noun = noun;
    this.weight = weight;
    this.ofParts = Optional.of(ofParts);
  }

  /** For captions. */
  public String noun() {
    return noun;
  }

  /** The folder of a synthesized data set. */
  public String folder() {
    return name().toLowerCase(Locale.ROOT);
  }

  Defect draw(Scene s, Textures t, RandomGenerator r) {
    return ofParts.orElseThrow().apply(s, r);
  }

  /** Whether a scene can have it. */
  boolean fits(Scene s) {
    return ofParts.isEmpty() || s.parts().any();
  }

  /** A kind that the scene can have, drawn by weight. */
  static DefectKind any(Scene s, RandomGenerator r) {
    List<DefectKind> fit = Arrays.stream(values()).filter(k -> k.fits(s)).toList();
    int at = r.nextInt(fit.stream().mapToInt(k -> k.weight).sum());
    for (DefectKind k : fit) {
      at -= k.weight;
      if (at < 0) {
        return k;
      }
    }
    throw new IllegalStateException();
  }

  /** A shape with holes, as what eats its way has. */
  private static Field patchy(Scene s, Field shape, float holes, RandomGenerator r) {
    int n = s.picture().width();
    double cell = 2 + n * 0.06 * r.nextDouble();
    Field noise = Field.noise(n, n, cell, cell, 3, 0.6, r);
    return Field.of(
        n, n, (x, y) -> shape.at(x, y) * Field.smooth((noise.at(x, y) - holes) * 5 + 0.5f));
  }

  private static Defect tinted(Scene s, Field alpha, RandomGenerator r) {
    float[] tone = Colors.any(r);
    float strength = 0.55f + 0.45f * r.nextFloat();
    return new Defect(s.picture().map((i, c, v) -> v + (tone[c] - v) * strength), alpha);
  }
}
