package dev.headclip.synth;

import java.util.random.RandomGenerator;

/** A cut through a drawn head: scalp, skull, folded tissue that mirrors itself, ventricles. */
final class Head {
  private Head() {}

  /**
   * Tones of a modality, 0 to 1: computed tomography shows bone bright and fluid dark, magnetic
   * resonance bone dark and fluid dark (T1) or bright (T2).
   */
  private record Tones(float scalp, float skull, float tissue, float core, float fluid) {
    static Tones any(RandomGenerator r) {
      float tissue = 0.3f + 0.3f * r.nextFloat();
      float core = tissue * (1 + 0.35f * (r.nextFloat() * 2 - 1));
      float scalp = 0.3f + 0.6f * r.nextFloat();
      return switch (r.nextInt(3)) {
        case 0 -> new Tones(0.2f * scalp, 0.95f, tissue, core, 0.5f * tissue);
        case 1 -> new Tones(scalp, 0.06f, tissue, core, 0.25f * tissue);
        default -> new Tones(scalp, 0.06f, tissue, core, 0.75f + 0.2f * r.nextFloat());
      };
    }
  }

  static Scene draw(int size, String noun, RandomGenerator r) {
    float length = size * (0.34f + 0.1f * r.nextFloat());
    float breadth = length * (0.72f + 0.22f * r.nextFloat());
    float lopsided = 0.12f * (r.nextFloat() - 0.5f);
    double angle = 0.25 * (r.nextDouble() - 0.5);
    float cos = (float) StrictMath.cos(angle);
    float sin = (float) StrictMath.sin(angle);
    float cx = size * (0.5f + 0.06f * (r.nextFloat() - 0.5f));
    float cy = size * (0.5f + 0.06f * (r.nextFloat() - 0.5f));
    // across the middle line, along it; both halves alike but for a little
    Field across = Field.of(size, size, (x, y) -> (x - cx) * cos + (y - cy) * sin);
    Field along = Field.of(size, size, (x, y) -> (y - cy) * cos - (x - cx) * sin);
    Field depth =
        Field.of(
            size,
            size,
            (x, y) -> {
              float v = along.at(x, y) / length;
              float u = across.at(x, y) / (breadth * (1 + lopsided * v));
              return breadth * (1 - (float) Math.sqrt(u * u + v * v));
            });
    float scalp = size * (0.008f + 0.025f * r.nextFloat());
    float skull = scalp + size * (0.012f + 0.025f * r.nextFloat());
    Tones tones = Tones.any(r);
    Field folds = mirrored(Field.noise(size, size, size / 7.0, size / 7.0, 2, 0.5, r), r);
    Field core = mirrored(Field.noise(size, size, size / 4.0, size / 4.0, 2, 0.5, r), r);
    float cortex = size * (0.05f + 0.08f * r.nextFloat());
    float furrow = 0.2f + 0.5f * r.nextFloat();
    Field ventricles = ventricles(across, along, size, length, breadth, r);
    float middle = r.nextFloat() < 0.6f ? size * 0.006f : 0;
    Field grain = Field.noise(size, size, 2.5, 2.5, 2, 0.6, r);
    float grainy = 0.12f * r.nextFloat();
    Field seen =
        Field.of(
            size,
            size,
            (x, y) -> {
              float d = depth.at(x, y);
              if (d < skull) {
                float bone = step(d - scalp);
                return (tones.scalp * (1 - bone) + tones.skull * bone) * step(d);
              }
              float inner = d - skull;
              float white =
                  Field.smooth((inner - cortex + size * 0.08f * (core.at(x, y) - 0.5f)) / 8);
              float tone = tones.tissue + (tones.core - tones.tissue) * white;
              float ridge = Math.abs(folds.at(x, y) - 0.5f) * 10;
              float fluid = furrow * (1 - Field.smooth(ridge)) * (1 - 0.8f * white);
              fluid = Math.max(fluid, ventricles.at(x, y));
              if (Math.abs(across.at(x, y)) < middle) {
                fluid = Math.max(fluid, 0.5f);
              }
              tone += (tones.fluid - tone) * fluid;
              return tone * (1 + grainy * (grain.at(x, y) - 0.5f)) * step(inner);
            });
    Picture air = Picture.filled(size, size, new float[] {0.02f, 0.02f, 0.02f});
    Field inside = Field.of(size, size, (x, y) -> step(depth.at(x, y) - skull));
    return new Scene(air.map((i, c, v) -> v + seen.values()[i]).clipped(), inside, air, noun, true);
  }

  private static float step(float distance) {
    return Field.smooth(distance + 0.5f);
  }

  /** The left half's noise on the right, mixed with a little of its own. */
  private static Field mirrored(Field noise, RandomGenerator r) {
    int n = noise.width();
    float own = 0.4f * r.nextFloat();
    return Field.of(
        n,
        noise.height(),
        (x, y) -> {
          float left = noise.at(Math.min(x, n - 1 - x), y);
          return left + (noise.at(x, y) - left) * own;
        });
  }

  /** Two horns beside the middle line; none in cuts that miss them. */
  private static Field ventricles(
      Field across, Field along, int size, float length, float breadth, RandomGenerator r) {
    if (r.nextFloat() < 0.3f) {
      return Field.zeros(size, size);
    }
    float apart = breadth * (0.06f + 0.12f * r.nextFloat());
    float spread = 0.5f * r.nextFloat();
    float wide = breadth * (0.05f + 0.12f * r.nextFloat());
    float tall = length * (0.12f + 0.25f * r.nextFloat());
    float up = length * 0.2f * (r.nextFloat() - 0.5f);
    return Field.of(
        size,
        size,
        (x, y) -> {
          float v = along.at(x, y) - up;
          float u = Math.abs(across.at(x, y)) - apart - spread * Math.abs(v) * 0.5f;
          float d = (float) Math.sqrt(u * u / (wide * wide) + v * v / (tall * tall));
          return Field.smooth((1 - d) * wide + 0.5f);
        });
  }
}
