package dev.headclip.synth;

import java.util.random.RandomGenerator;

/**
 * Numbers over the pixels of a picture.
 *
 * @param width columns
 * @param height rows
 * @param values row-major; shared, not copied
 */
record Field(int width, int height, float[] values) {
  static Field zeros(int width, int height) {
    return new Field(width, height, new float[width * height]);
  }

  static Field filled(int width, int height, float value) {
    Field f = zeros(width, height);
    java.util.Arrays.fill(f.values, value);
    return f;
  }

  /** A function of the pixel. */
  interface Function {
    float at(int x, int y);
  }

  static Field of(int width, int height, Function f) {
    Field out = zeros(width, height);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        out.values[y * width + x] = f.at(x, y);
      }
    }
    return out;
  }

  /**
   * Smooth noise in [0,1]: octaves of random lattices.
   *
   * @param cellX coarsest lattice's distance along rows, pixels
   * @param cellY along columns
   * @param gain share of each finer octave
   */
  static Field noise(
      int width,
      int height,
      double cellX,
      double cellY,
      int octaves,
      double gain,
      RandomGenerator r) {
    Field out = zeros(width, height);
    double amplitude = 1;
    for (int o = 0; o < octaves; o++) {
      out.addLattice(Math.max(1, cellX), Math.max(1, cellY), (float) amplitude, r);
      cellX /= 2;
      cellY /= 2;
      amplitude *= gain;
    }
    return out.stretched();
  }

  private void addLattice(double cellX, double cellY, float amplitude, RandomGenerator r) {
    int nx = (int) (width / cellX) + 2;
    int ny = (int) (height / cellY) + 2;
    float[] lattice = new float[nx * ny];
    for (int i = 0; i < lattice.length; i++) {
      lattice[i] = r.nextFloat();
    }
    double dx = r.nextDouble();
    double dy = r.nextDouble();
    int[] low = new int[width];
    float[] share = new float[width];
    for (int x = 0; x < width; x++) {
      double u = Math.min(x / cellX + dx, nx - 1.001);
      low[x] = (int) u;
      share[x] = smooth((float) (u - low[x]));
    }
    for (int y = 0; y < height; y++) {
      double v = Math.min(y / cellY + dy, ny - 1.001);
      int row = (int) v * nx;
      float wy = smooth((float) (v - (int) v));
      for (int x = 0; x < width; x++) {
        int i = row + low[x];
        float a = lattice[i] + (lattice[i + 1] - lattice[i]) * share[x];
        float b = lattice[i + nx] + (lattice[i + nx + 1] - lattice[i + nx]) * share[x];
        values[y * width + x] += amplitude * (a + (b - a) * wy);
      }
    }
  }

  /** 0 to 1 with flat ends. */
  static float smooth(float t) {
    float c = Math.min(Math.max(t, 0), 1);
    return c * c * (3 - 2 * c);
  }

  /** Shifted and scaled to span [0,1]. */
  Field stretched() {
    float min = Float.MAX_VALUE;
    float max = -Float.MAX_VALUE;
    for (float v : values) {
      min = Math.min(min, v);
      max = Math.max(max, v);
    }
    float scale = max > min ? 1 / (max - min) : 0;
    for (int i = 0; i < values.length; i++) {
      values[i] = (values[i] - min) * scale;
    }
    return this;
  }

  /** Itself, made smaller, in {@code times} rows and columns of the same size in all. */
  Field tiled(int times) {
    int w = width / times;
    int h = height / times;
    Field small = zeros(w + 1, h + 1);
    for (int y = 0; y <= h; y++) {
      for (int x = 0; x <= w; x++) {
        float sum = 0;
        int n = 0;
        for (int v = y * times; v < Math.min((y + 1) * times, height); v++) {
          for (int u = x * times; u < Math.min((x + 1) * times, width); u++) {
            sum += at(u, v);
            n++;
          }
        }
        small.values[y * (w + 1) + x] = n == 0 ? 0 : sum / n;
      }
    }
    return of(width, height, (x, y) -> small.at(Math.min(x % w, w), Math.min(y % h, h)));
  }

  /**
   * Where the pixels of a square come from: turned and scaled about its middle, which shows (x, y).
   *
   * @param size of the square
   */
  record Warp(int size, double cos, double sin, double x, double y) {}

  /** A square seen elsewhere, bilinear, the border repeated. */
  Field warped(Warp w) {
    double middle = (w.size - 1) / 2.0;
    return of(
        w.size,
        w.size,
        (x, y) -> {
          double dx = x - middle;
          double dy = y - middle;
          return bilinear(w.x + w.cos * dx - w.sin * dy, w.y + w.sin * dx + w.cos * dy);
        });
  }

  /** The value between four pixels, the border repeated. */
  float bilinear(double x, double y) {
    double u = Math.min(Math.max(x, 0), width - 1.001);
    double v = Math.min(Math.max(y, 0), height - 1.001);
    int i = (int) v * width + (int) u;
    float wx = (float) (u - (int) u);
    float wy = (float) (v - (int) v);
    float a = values[i] + (values[i + 1] - values[i]) * wx;
    float b = values[i + width] + (values[i + width + 1] - values[i + width]) * wx;
    return a + (b - a) * wy;
  }

  float at(int x, int y) {
    return values[y * width + x];
  }

  /** Share of pixels above a half. */
  double area() {
    int n = 0;
    for (float v : values) {
      n += v > 0.5f ? 1 : 0;
    }
    return (double) n / values.length;
  }

  /** Two box blurs of the given radius, close to a Gaussian. */
  Field blurred(int radius) {
    if (radius < 1) {
      return this;
    }
    float[] a = values.clone();
    float[] b = new float[a.length];
    for (int pass = 0; pass < 2; pass++) {
      box(a, b, width, height, 1, width, radius);
      box(b, a, height, width, width, 1, radius);
    }
    return new Field(width, height, a);
  }

  private static void box(
      float[] from, float[] to, int n, int lines, int step, int stride, int radius) {
    float scale = 1f / (2 * radius + 1);
    for (int line = 0; line < lines; line++) {
      int base = line * stride;
      float sum = from[base] * radius;
      for (int i = 0; i < radius; i++) {
        sum += from[base + Math.min(i, n - 1) * step];
      }
      for (int i = 0; i < n; i++) {
        sum += from[base + Math.min(i + radius, n - 1) * step];
        to[base + i * step] = sum * scale;
        sum -= from[base + Math.max(i - radius, 0) * step];
      }
    }
  }
}
