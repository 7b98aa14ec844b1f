package dev.headclip.synth;

import java.util.Locale;
import java.util.random.RandomGenerator;

/** Drawn objects, each by its signed distance in units of the half picture: negative inside. */
public enum ObjectKind {
  NUT("nut") {
    @Override
    Shape shape(RandomGenerator r) {
      float[] wobble = new float[6];
      for (int i = 0; i < 6; i++) {
        wobble[i] = (r.nextFloat() - 0.5f) * 0.1f / (1 + i / 2);
      }
      float squash = 0.75f + 0.25f * r.nextFloat();
      return (x, y) -> {
        float yy = y / squash;
        float d = (float) Math.sqrt(x * x + yy * yy);
        float n = Math.max(d, 1e-3f);
        float c = x / n;
        float s = yy / n;
        float radius =
            1
                + wobble[0] * c
                + wobble[1] * s
                + wobble[2] * (c * c - s * s)
                + wobble[3] * 2 * c * s
                + wobble[4] * c * (c * c - 3 * s * s)
                + wobble[5] * s * (3 * c * c - s * s);
        return d - radius;
      };
    }
  },
  WASHER("washer") {
    @Override
    Shape shape(RandomGenerator r) {
      float hole = 0.3f + 0.35f * r.nextFloat();
      return (x, y) -> {
        float d = (float) Math.sqrt(x * x + y * y);
        return Math.max(d - 1, hole - d);
      };
    }
  },
  HEX_NUT("hex nut") {
    @Override
    Shape shape(RandomGenerator r) {
      float hole = 0.35f + 0.2f * r.nextFloat();
      return (x, y) -> Math.max(hexagon(x, y), hole - (float) Math.sqrt(x * x + y * y));
    }
  },
  CAPSULE("capsule") {
    @Override
    Shape shape(RandomGenerator r) {
      float radius = 0.28f + 0.2f * r.nextFloat();
      return (x, y) -> {
        float along = Math.max(Math.abs(x) - (1 - radius), 0);
        return (float) Math.sqrt(along * along + y * y) - radius;
      };
    }
  },
  PILL("pill") {
    @Override
    Shape shape(RandomGenerator r) {
      float squash = 0.55f + 0.45f * r.nextFloat();
      return (x, y) -> (float) Math.sqrt(x * x + y * y / (squash * squash)) - 1;
    }
  },
  BOARD("board") {
    @Override
    Shape shape(RandomGenerator r) {
      float half = 0.5f + 0.45f * r.nextFloat();
      float corner = 0.02f + 0.15f * r.nextFloat();
      return (x, y) -> box(x, y, 0.95f, half, corner);
    }
  },
  GEAR("gear") {
    @Override
    Shape shape(RandomGenerator r) {
      int teeth = 8 + r.nextInt(12);
      float hole = 0.15f + 0.25f * r.nextFloat();
      return (x, y) -> {
        float d = (float) Math.sqrt(x * x + y * y);
        double a = StrictMath.atan2(y, x) / (2 * Math.PI) * teeth;
        float tooth = Math.abs((float) (a - Math.floor(a)) - 0.5f) < 0.25f ? 1 : 0.86f;
        return Math.max(d - tooth, hole - d);
      };
    }
  },
  BRACKET("bracket") {
    @Override
    Shape shape(RandomGenerator r) {
      float arm = 0.22f + 0.15f * r.nextFloat();
      return (x, y) ->
          Math.min(
              box(x, y + 1 - arm, 0.95f, arm, 0.05f), box(x + 0.95f - arm, y, arm, 0.95f, 0.05f));
    }
  },
  BOTTLE("bottle mouth") {
    @Override
    Shape shape(RandomGenerator r) {
      float inner = 0.5f + 0.3f * r.nextFloat();
      return (x, y) -> {
        float d = (float) Math.sqrt(x * x + y * y);
        return d < inner ? Math.max(-0.02f - (inner - d), d - 1) : d - 1;
      };
    }
  };

  /** Signed distance to the outline. */
  interface Shape {
    float distance(float x, float y);
  }

  private final String noun;

  ObjectKind(String noun) {
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

  abstract Shape shape(RandomGenerator r);

  private static float box(float x, float y, float halfX, float halfY, float corner) {
    float dx = Math.max(Math.abs(x) - halfX + corner, 0);
    float dy = Math.max(Math.abs(y) - halfY + corner, 0);
    float inside = Math.min(Math.max(Math.abs(x) - halfX, Math.abs(y) - halfY) + corner, 0);
    return (float) Math.sqrt(dx * dx + dy * dy) + inside - corner;
  }

  private static float hexagon(float x, float y) {
    float a = Math.abs(x);
    float b = Math.abs(y);
    return Math.max(b, 0.8660254f * a + 0.5f * b) - 0.9f;
  }
}
