package dev.headclip.synth;

import java.util.random.RandomGenerator;

/** Colours as surfaces have them: mostly muted. */
final class Colors {
  private Colors() {}

  /** A colour of random hue, muted saturation. */
  static float[] any(RandomGenerator r) {
    float value = 0.12f + 0.83f * r.nextFloat();
    float saturation = r.nextFloat() < 0.3f ? 0 : r.nextFloat() * r.nextFloat();
    return hsv(r.nextFloat(), saturation, value);
  }

  /** A colour not far from {@code base}. */
  static float[] near(float[] base, float distance, RandomGenerator r) {
    float[] out = new float[3];
    float shift = (r.nextFloat() * 2 - 1) * distance;
    for (int c = 0; c < 3; c++) {
      out[c] = base[c] + shift + (r.nextFloat() * 2 - 1) * distance * 0.35f;
    }
    return out;
  }

  private static float[] hsv(float h, float s, float v) {
    float[] out = new float[3];
    for (int c = 0; c < 3; c++) {
      float k = (h * 6 + 5 - 2 * c + 6) % 6;
      float w = Math.max(0, Math.min(Math.min(k, 4 - k), 1));
      out[c] = v - v * s * w;
    }
    return out;
  }
}
