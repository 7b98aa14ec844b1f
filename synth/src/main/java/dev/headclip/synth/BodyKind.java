package dev.headclip.synth;

import java.util.random.RandomGenerator;

/**
 * Bodies as medical imaging shows them, drawn after no patient: phantoms in the manner of Shepp and
 * Logan (1974) with folds and ventricles, the lining of a hollow organ under an endoscope's lamp,
 * skin with hairs.
 */
public enum BodyKind {
  BRAIN("brain") {
    @Override
    Scene draw(int size, RandomGenerator r) {
      return Head.draw(size, noun(), r);
    }
  },
  COLON("colon") {
    @Override
    Scene draw(int size, RandomGenerator r) {
      float[] flesh = {
        0.6f + 0.25f * r.nextFloat(), 0.3f + 0.2f * r.nextFloat(), 0.22f + 0.18f * r.nextFloat()
      };
      Field folds = Field.noise(size, size, size * 0.7, size * 0.7, 2, 0.35, r);
      double count = 2 + 5 * r.nextDouble();
      float deep = 0.1f + 0.25f * r.nextFloat();
      Field rough = Field.noise(size, size, size / 12.0, size / 12.0, 3, 0.6, r);
      double lumenX = size * (0.2 + 0.6 * r.nextDouble());
      double lumenY = size * (0.2 + 0.6 * r.nextDouble());
      double lumen = r.nextBoolean() ? size * (0.1 + 0.2 * r.nextDouble()) : 0;
      Field lit =
          Field.of(
              size,
              size,
              (x, y) -> {
                double fold = StrictMath.sin(2 * Math.PI * count * folds.at(x, y));
                double far = StrictMath.hypot(x - lumenX, y - lumenY);
                float hollow = lumen == 0 ? 1 : Field.smooth((float) (far / lumen / 2));
                float light = 1 + deep * (float) fold + 0.15f * (rough.at(x, y) - 0.5f);
                return light * (0.12f + 0.88f * hollow);
              });
      Picture wall = Picture.filled(size, size, flesh).map((i, c, v) -> v * lit.values()[i]);
      Picture veined = veins(wall, 3 + r.nextInt(10), new float[] {0.85f, 0.55f, 0.6f}, r);
      Picture wet = glints(veined, size, r.nextInt(8), r);
      if (r.nextBoolean()) {
        return Scenes.surface(new Textures.Sample(wet.clipped(), noun()));
      }
      // the round view of an endoscope on a dark screen
      float reach = size * (0.46f + 0.1f * r.nextFloat());
      Field view =
          Field.of(
              size,
              size,
              (x, y) ->
                  Field.smooth(reach - (float) Math.hypot(x - size / 2.0, y - size / 2.0) + 0.5f));
      Picture screen = Picture.filled(size, size, new float[] {0.02f, 0.02f, 0.02f});
      return new Scene(screen.blend(wet, view).clipped(), view, screen, noun(), true);
    }
  },
  SKIN("skin") {
    @Override
    Scene draw(int size, RandomGenerator r) {
      float dark = 0.35f + 0.65f * r.nextFloat();
      float[] tone = {
        dark * 0.9f, dark * (0.6f + 0.15f * r.nextFloat()), dark * (0.45f + 0.2f * r.nextFloat())
      };
      Field pores = Field.noise(size, size, size / 20.0, size / 20.0, 4, 0.8, r);
      Field flush = Field.noise(size, size, size * 0.6, size * 0.6, 2, 0.5, r);
      float rough = 0.05f + 0.15f * r.nextFloat();
      float uneven = 0.2f * r.nextFloat();
      Picture bare =
          Picture.filled(size, size, tone)
              .map(
                  (i, c, v) ->
                      v
                          * (1
                              + rough * (pores.values()[i] - 0.5f)
                              + (c == 0 ? 0.3f : 1) * uneven * (flush.values()[i] - 0.5f)));
      int hairs = r.nextBoolean() ? 0 : r.nextInt(14);
      Picture seen = veins(bare, hairs, new float[] {0.4f, 0.35f, 0.35f}, r);
      return Scenes.surface(new Textures.Sample(seen.clipped(), noun()));
    }
  };

  private final String noun;

  BodyKind(String noun) {
    this.noun = noun;
  }

  /** For captions. */
  public String noun() {
    return noun;
  }

  abstract Scene draw(int size, RandomGenerator r);

  /** Thin curved lines that belong there, each darker by the same factors. */
  private static Picture veins(Picture on, int count, float[] times, RandomGenerator r) {
    int size = on.width();
    Field everywhere = Field.filled(size, size, 1);
    Picture dark = on.map((i, c, v) -> v * times[c]);
    Picture out = on;
    for (int k = 0; k < count; k++) {
      double length = size * (0.1 + 0.5 * r.nextDouble());
      Field line = Strokes.wander(everywhere, length, 1 + size * 0.008 * r.nextDouble(), 0.15, r);
      out = out.blend(dark, line);
    }
    return out;
  }

  /** Reflections of the lamp on what is wet: no anomaly. */
  private static Picture glints(Picture on, int size, int count, RandomGenerator r) {
    Field shine = Field.zeros(size, size);
    for (int k = 0; k < count; k++) {
      double radius = size * (0.003 + 0.015 * r.nextDouble());
      Strokes.disc(shine, r.nextInt(size), r.nextInt(size), radius);
    }
    return on.blend(Picture.filled(size, size, new float[] {0.95f, 0.93f, 0.9f}), shine.blurred(1));
  }
}
