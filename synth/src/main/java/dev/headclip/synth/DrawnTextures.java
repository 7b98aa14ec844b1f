package dev.headclip.synth;

import java.util.random.RandomGenerator;

/** Every {@link TextureKind}, in colours of its own. */
final class DrawnTextures implements Textures {
  @Override
  public Sample sample(int width, int height, RandomGenerator r) {
    TextureKind[] kinds = TextureKind.values();
    TextureKind kind = kinds[r.nextInt(kinds.length)];
    return new Sample(draw(kind, width, height, r), kind.noun());
  }

  @Override
  public String description() {
    return "drawn surfaces";
  }

  static Picture draw(TextureKind kind, int width, int height, RandomGenerator r) {
    Field pattern = kind.pattern(width, height, r);
    float[] low = Colors.any(r);
    float[] high = r.nextFloat() < 0.6f ? Colors.near(low, 0.35f, r) : Colors.any(r);
    Field fine = Field.noise(width, height, 3, 3, 2, 0.8, r);
    float grain = 0.12f * r.nextFloat();
    Picture out = Picture.blank(width, height);
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < pattern.values().length; i++) {
        float v =
            low[c] + (high[c] - low[c]) * pattern.values()[i] + grain * (fine.values()[i] - 0.5f);
        // neither black nor white: a defect must have room to show
        out.planes()[c][i] = Math.min(Math.max(v, 0.03f), 0.95f);
      }
    }
    return out;
  }
}
