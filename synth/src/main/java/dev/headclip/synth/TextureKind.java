package dev.headclip.synth;

import java.util.Locale;
import java.util.random.RandomGenerator;

/** Drawn surfaces: each a pattern in [0,1], coloured by {@link DrawnTextures}. */
public enum TextureKind {
  STONE("stone surface") {
    @Override
    Field pattern(int w, int h, RandomGenerator r) {
      double cell = 6 + 60 * r.nextDouble();
      return Field.noise(w, h, cell, cell, 5, 0.5 + 0.35 * r.nextDouble(), r);
    }
  },
  WOOD("wooden board") {
    @Override
    Field pattern(int w, int h, RandomGenerator r) {
      Field bend = Field.noise(w, h, 90, 30, 3, 0.5, r);
      Field grain = Field.noise(w, h, 120, 3, 3, 0.7, r);
      double rings = 4 + 12 * r.nextDouble();
      return Field.of(
          w,
          h,
          (x, y) ->
              wave((float) (bend.at(x, y) * rings + 0.02 * y)) * 0.6f + grain.at(x, y) * 0.4f);
    }
  },
  BRUSHED_METAL("brushed metal plate") {
    @Override
    Field pattern(int w, int h, RandomGenerator r) {
      return Field.noise(w, h, 100 + 200 * r.nextDouble(), 1.5 + 2 * r.nextDouble(), 3, 0.8, r);
    }
  },
  FABRIC("woven fabric") {
    @Override
    Field pattern(int w, int h, RandomGenerator r) {
      int twill = r.nextInt(2);
      return lattice(
          w,
          h,
          5 + 9 * r.nextDouble(),
          r,
          (u, v) -> {
            boolean over =
                Math.floorMod((int) Math.floor(u) + (int) Math.floor(v) * (1 + twill), 2) == 0;
            float across = over ? v : u;
            return 0.25f + 0.75f * bump(across - (float) Math.floor(across));
          });
    }
  },
  MESH("wire mesh") {
    @Override
    Field pattern(int w, int h, RandomGenerator r) {
      float wire = 0.12f + 0.2f * r.nextFloat();
      return lattice(
          w,
          h,
          12 + 26 * r.nextDouble(),
          r,
          (u, v) -> {
            float a = Math.abs(u - Math.round(u)) / wire;
            float b = Math.abs(v - Math.round(v)) / wire;
            return 1 - Field.smooth(Math.min(a, b) * 1.6f - 0.4f);
          });
    }
  },
  STRIPES("striped sheet") {
    @Override
    Field pattern(int w, int h, RandomGenerator r) {
      return lattice(w, h, 6 + 24 * r.nextDouble(), r, (u, v) -> wave(u));
    }
  },
  TILES("tiled floor") {
    @Override
    Field pattern(int w, int h, RandomGenerator r) {
      float gap = 0.04f + 0.05f * r.nextFloat();
      float shift = r.nextFloat() < 0.5f ? 0.5f : 0;
      float shape = r.nextFloat() < 0.5f ? 1 : 2;
      return lattice(
          w,
          h,
          24 + 40 * r.nextDouble(),
          r,
          (u, v) -> {
            float row = (float) Math.floor(v * shape);
            float along = u + (row % 2) * shift;
            float a = Math.abs(along - Math.round(along));
            float b = Math.abs(v * shape - Math.round(v * shape)) / shape;
            return 0.2f
                + 0.6f * Field.smooth(Math.min(a, b) / gap - 0.5f)
                + 0.2f * hash((int) Math.floor(along), (int) row);
          });
    }
  },
  PERFORATED("perforated plate") {
    @Override
    Field pattern(int w, int h, RandomGenerator r) {
      float radius = 0.2f + 0.18f * r.nextFloat();
      return lattice(
          w,
          h,
          10 + 22 * r.nextDouble(),
          r,
          (u, v) -> {
            float row = Math.round(v);
            float along = u + 0.5f * (row % 2);
            float a = along - Math.round(along);
            float b = v - row;
            return Field.smooth((float) (Math.sqrt(a * a + b * b) - radius) * 8 + 0.5f);
          });
    }
  },
  LEATHER("piece of leather") {
    @Override
    Field pattern(int w, int h, RandomGenerator r) {
      return cells(w, h, 5 + 14 * r.nextDouble(), r, true);
    }
  },
  GRANULES("terrazzo slab") {
    @Override
    Field pattern(int w, int h, RandomGenerator r) {
      return cells(w, h, 6 + 16 * r.nextDouble(), r, false);
    }
  },
  MARBLE("marble slab") {
    @Override
    Field pattern(int w, int h, RandomGenerator r) {
      Field turbulence = Field.noise(w, h, 70, 70, 5, 0.55, r);
      float veins = 3 + 6 * r.nextFloat();
      return Field.of(
          w, h, (x, y) -> (float) Math.sqrt(Math.abs(2 * wave(turbulence.at(x, y) * veins) - 1)));
    }
  },
  PAINT("painted panel") {
    @Override
    Field pattern(int w, int h, RandomGenerator r) {
      Field slow = Field.noise(w, h, w, h, 2, 0.4, r);
      Field fine = Field.noise(w, h, 2, 2, 1, 1, r);
      float grain = 0.4f * r.nextFloat() * r.nextFloat();
      return Field.of(w, h, (x, y) -> slow.at(x, y) * (1 - grain) + fine.at(x, y) * grain);
    }
  },
  FELT("felt mat") {
    @Override
    Field pattern(int w, int h, RandomGenerator r) {
      Field a = Field.noise(w, h, 14, 1.5, 2, 0.8, r);
      Field b = Field.noise(w, h, 1.5, 14, 2, 0.8, r);
      return Field.of(w, h, (x, y) -> Math.max(a.at(x, y), b.at(x, y)));
    }
  },
  RUBBER("rubber sheet") {
    @Override
    Field pattern(int w, int h, RandomGenerator r) {
      Field noise = Field.noise(w, h, 3 + 5 * r.nextDouble(), 3 + 5 * r.nextDouble(), 3, 0.9, r);
      return Field.of(w, h, (x, y) -> 0.3f + 0.4f * noise.at(x, y));
    }
  },
  GRATING("metal grating") {
    @Override
    Field pattern(int w, int h, RandomGenerator r) {
      float bar = 0.14f + 0.2f * r.nextFloat();
      boolean round = r.nextBoolean();
      double stretch = r.nextFloat() < 0.5f ? 1 : 0.35 + 0.65 * r.nextDouble();
      return lattice(
          w,
          h,
          7 + 22 * r.nextDouble(),
          r,
          (u, v) -> {
            float y = (float) (v * stretch);
            // a diamond mesh: bars along both diagonals
            float a = Math.abs(u + y - Math.round(u + y)) / bar;
            float b = Math.abs(u - y - Math.round(u - y)) / bar;
            float d = Math.min(a, b);
            float cover = 1 - Field.smooth(d * 2 - 1.2f);
            return round ? cover * (1 - 0.5f * d * d) : cover;
          });
    }
  },
  HONEYCOMB("honeycomb panel") {
    @Override
    Field pattern(int w, int h, RandomGenerator r) {
      float wall = 0.06f + 0.14f * r.nextFloat();
      return lattice(
          w, h, 10 + 26 * r.nextDouble(), r, (u, v) -> Field.smooth(hexagonal(u, v) / wall - 0.4f));
    }
  },
  KNIT("knitted fabric") {
    @Override
    Field pattern(int w, int h, RandomGenerator r) {
      float slant = 0.25f + 0.4f * r.nextFloat();
      return lattice(
          w,
          h,
          8 + 16 * r.nextDouble(),
          r,
          (u, v) -> {
            float column = u - (float) Math.floor(u);
            float t = v * 1.6f + (column < 0.5f ? column : 1 - column) * slant * 4;
            float half = 2 * column - (float) Math.floor(2 * column);
            return bump(half) * (0.45f + 0.55f * bump(t - (float) Math.floor(t)));
          });
    }
  },
  TREAD("checker plate") {
    @Override
    Field pattern(int w, int h, RandomGenerator r) {
      float thin = 0.1f + 0.1f * r.nextFloat();
      return lattice(
          w,
          h,
          12 + 26 * r.nextDouble(),
          r,
          (u, v) -> {
            int i = Math.round(u);
            int j = Math.round(v);
            float a = u - i;
            float b = v - j;
            boolean up = Math.floorMod(i + j, 2) == 0;
            float along = (up ? a + b : a - b) * 0.7071f;
            float across = (up ? a - b : a + b) * 0.7071f;
            float d = along * along / 0.2f + across * across / (thin * thin);
            return 0.2f + 0.8f * Field.smooth(2.2f - 2 * d);
          });
    }
  },
  MOTIF("patterned sheet") {
    @Override
    Field pattern(int w, int h, RandomGenerator r) {
      int n = 4 + r.nextInt(5);
      float[] cells = new float[n * n];
      for (int i = 0; i < n * n; i++) {
        cells[i] = r.nextFloat() < 0.45f ? r.nextFloat() : 0;
      }
      boolean mirrored = r.nextBoolean();
      float soft = 1.5f + 3 * r.nextFloat();
      return lattice(
          w,
          h,
          14 + 50 * r.nextDouble(),
          r,
          (u, v) -> {
            float a = u - (float) Math.floor(u);
            float b = v - (float) Math.floor(v);
            float x = (mirrored ? 1 - Math.abs(2 * a - 1) : a) * n;
            float y = (mirrored ? 1 - Math.abs(2 * b - 1) : b) * n;
            int i = Math.min((int) x, n - 1);
            int j = Math.min((int) y, n - 1);
            float dx = x - i - 0.5f;
            float dy = y - j - 0.5f;
            float inside = Field.smooth((0.62f - (float) Math.sqrt(dx * dx + dy * dy)) * soft);
            return 0.15f + 0.85f * cells[j * n + i] * inside;
          });
    }
  };

  private final String noun;

  TextureKind(String noun) {
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

  abstract Field pattern(int w, int h, RandomGenerator r);

  private interface Pattern {
    float at(float u, float v);
  }

  /** A repeating pattern, turned, a little bent, {@code period} pixels long. */
  private static Field lattice(int w, int h, double period, RandomGenerator r, Pattern p) {
    double angle = r.nextFloat() < 0.5f ? 0 : r.nextDouble() * Math.PI;
    float cos = (float) (StrictMath.cos(angle) / period);
    float sin = (float) (StrictMath.sin(angle) / period);
    float bend = r.nextFloat() < 0.5f ? 0 : r.nextFloat() * 0.8f;
    Field bx = Field.noise(w, h, 80, 80, 2, 0.4, r);
    Field by = Field.noise(w, h, 80, 80, 2, 0.4, r);
    float ou = r.nextFloat();
    float ov = r.nextFloat();
    return Field.of(
        w,
        h,
        (x, y) ->
            p.at(
                x * cos + y * sin + bend * bx.at(x, y) + ou,
                y * cos - x * sin + bend * by.at(x, y) + ov));
  }

  /** Distances to random points: nearest two apart (cracked skin), or the cell's own shade. */
  private static Field cells(int w, int h, double size, RandomGenerator r, boolean edges) {
    int nx = (int) (w / size) + 3;
    int ny = (int) (h / size) + 3;
    float[] px = new float[nx * ny];
    float[] py = new float[nx * ny];
    float[] shade = new float[nx * ny];
    for (int i = 0; i < px.length; i++) {
      px[i] = (i % nx - 1 + r.nextFloat()) * (float) size;
      py[i] = (i / nx - 1 + r.nextFloat()) * (float) size;
      shade[i] = r.nextFloat();
    }
    return Field.of(
        w,
        h,
        (x, y) -> {
          int cx = (int) (x / size) + 1;
          int cy = (int) (y / size) + 1;
          float first = Float.MAX_VALUE;
          float second = Float.MAX_VALUE;
          float own = 0;
          for (int j = cy - 1; j <= cy + 1; j++) {
            for (int k = cx - 1; k <= cx + 1; k++) {
              int i = j * nx + k;
              float dx = px[i] - x;
              float dy = py[i] - y;
              float d = dx * dx + dy * dy;
              if (d < first) {
                second = first;
                first = d;
                own = shade[i];
              } else if (d < second) {
                second = d;
              }
            }
          }
          float gap = (float) ((Math.sqrt(second) - Math.sqrt(first)) / size);
          return edges ? Field.smooth(gap * 2.5f) : gap < 0.12f ? 0.5f : own;
        });
  }

  /** Distance to the nearest wall of a honeycomb with cells one apart. */
  private static float hexagonal(float u, float v) {
    float row = 1.7320508f;
    float ax = u - (float) Math.floor(u) - 0.5f;
    float ay = v - row * (float) Math.floor(v / row) - row / 2;
    float bx = u + 0.5f - (float) Math.floor(u + 0.5f) - 0.5f;
    float by = v + row / 2 - row * (float) Math.floor(v / row + 0.5f) - row / 2;
    boolean first = ax * ax + ay * ay < bx * bx + by * by;
    float x = Math.abs(first ? ax : bx);
    float y = Math.abs(first ? ay : by);
    return 0.5f - Math.max(x, 0.5f * x + 0.8660254f * y);
  }

  private static float wave(float t) {
    float f = t - (float) Math.floor(t);
    return f < 0.5f ? Field.smooth(2 * f) : Field.smooth(2 - 2 * f);
  }

  private static float bump(float t) {
    return 4 * t * (1 - t);
  }

  private static float hash(int a, int b) {
    int n = a * 0x27d4eb2d + b * 0x165667b1;
    n = (n ^ n >>> 15) * 0x2c1b3c6d;
    return (n >>> 8) / (float) (1 << 24);
  }
}
