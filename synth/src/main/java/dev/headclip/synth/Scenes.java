package dev.headclip.synth;

import java.util.Optional;
import java.util.random.RandomGenerator;

/** Draws scenes: a surface, or an object on a ground. */
final class Scenes {
  private static final float SURFACES = 0.45f;
  private static final float ARRANGED = 0.3f;
  private static final float REPEATED = 0.25f;

  private final Textures textures;
  private final Optional<Cutouts> cutouts;
  private final double bodies;

  Scenes(Textures textures, Optional<Cutouts> cutouts) {
    this(textures, cutouts, 0);
  }

  private Scenes(Textures textures, Optional<Cutouts> cutouts, double bodies) {
    this.textures = textures;
    this.cutouts = cutouts;
    this.bodies = bodies;
  }

  /** Of other textures ({@link Textures#evenly}). */
  Scenes evenly(double share) {
    return new Scenes(textures.evenly(share), cutouts, bodies);
  }

  /** A share of {@link #any} shows bodies. */
  Scenes withBodies(double share) {
    return new Scenes(textures, cutouts, share);
  }

  Scene any(int size, RandomGenerator r) {
    // without bodies nothing is drawn from r: a seed's pictures stay what they were
    if (bodies > 0 && r.nextDouble() < bodies) {
      return pick(BodyKind.values(), r).draw(size, r);
    }
    if (r.nextFloat() < SURFACES) {
      return surface(textures.sample(size, size, r));
    }
    if (r.nextFloat() < ARRANGED) {
      return pick(AssemblyKind.values(), r).draw(this, size, r);
    }
    Scene one = thing(size, r);
    return r.nextFloat() < REPEATED ? repeated(one, 2 + r.nextInt(3)) : one;
  }

  private static <T> T pick(T[] from, RandomGenerator r) {
    return from[r.nextInt(from.length)];
  }

  /** Where the pictures come from, for the record. */
  String description() {
    return textures.description()
        + cutouts.map(c -> ", " + c.description()).orElse("")
        + (bodies > 0 ? ", %s of them bodies".formatted(bodies) : "");
  }

  /** Any single thing on a ground. */
  Scene thing(int size, RandomGenerator r) {
    boolean photo = cutouts.isPresent() && r.nextBoolean();
    return photo
        ? cutout(cutouts.orElseThrow(), size, r)
        : object(pick(ObjectKind.values(), r), size, r);
  }

  Textures textures() {
    return textures;
  }

  /** The same thing in rows and columns: what repeats is no anomaly. */
  private static Scene repeated(Scene one, int times) {
    Field region = one.region().tiled(times);
    return new Scene(
        one.picture().tiled(times),
        region,
        one.ground().tiled(times),
        one.noun(),
        true,
        Parts.tiled(region, times));
  }

  /** A thing from a picture on a ground. */
  Scene cutout(Cutouts from, int size, RandomGenerator r) {
    Cutouts.Thing thing = from.sample(size, r);
    Picture dimmed = shadowed(ground(size, r), thing.inside(), size, r);
    Picture seen = dimmed.blend(thing.picture(), thing.inside()).clipped();
    return new Scene(seen, thing.inside(), dimmed, "object", true);
  }

  private static Picture shadowed(Picture ground, Field inside, int size, RandomGenerator r) {
    Field shadow = inside.blurred(2 + r.nextInt(Math.max(1, size / 24)));
    float dark = 0.5f * r.nextFloat();
    return ground.map((i, c, v) -> v * (1 - dark * shadow.values()[i]));
  }

  static Scene surface(Textures.Sample t) {
    Picture p = t.picture();
    return new Scene(p, Field.filled(p.width(), p.height(), 1), p, t.noun(), false);
  }

  Scene object(ObjectKind kind, int size, RandomGenerator r) {
    Textures.Sample skin = textures.sample(size, size, r);
    Picture ground = ground(size, r);
    Field distance = distance(kind.shape(r), size, r);
    Field inside = Field.of(size, size, (x, y) -> Field.smooth(0.5f - distance.at(x, y)));
    Picture body = shaded(marked(skin.picture(), distance, size, r), distance, size, r);
    Picture dimmed = shadowed(ground, inside, size, r);
    String noun = kind.noun();
    return new Scene(dimmed.blend(body, inside).clipped(), inside, dimmed, noun, true);
  }

  /** Plain, or a quiet surface. */
  Picture ground(int size, RandomGenerator r) {
    float[] color = r.nextFloat() < 0.35f ? new float[] {0.05f, 0.05f, 0.05f} : Colors.any(r);
    Picture plain = Picture.filled(size, size, color);
    if (r.nextFloat() < 0.4f) {
      return plain.blend(
          textures.sample(size, size, r).picture().blurred(r.nextInt(3)),
          Field.filled(size, size, 0.35f * r.nextFloat()));
    }
    Field slow = Field.noise(size, size, size, size, 2, 0.5, r);
    float range = 0.15f * r.nextFloat();
    return plain.map((i, c, v) -> v + range * (slow.values()[i] - 0.5f));
  }

  /** Distance to the outline in pixels, the object laid anyhow. */
  private static Field distance(ObjectKind.Shape shape, int size, RandomGenerator r) {
    double angle = r.nextDouble() * 2 * Math.PI;
    float half = size * (0.28f + 0.2f * r.nextFloat());
    float cos = (float) StrictMath.cos(angle) / half;
    float sin = (float) StrictMath.sin(angle) / half;
    float cx = size * (0.5f + 0.1f * (r.nextFloat() - 0.5f));
    float cy = size * (0.5f + 0.1f * (r.nextFloat() - 0.5f));
    return Field.of(
        size,
        size,
        (x, y) -> {
          float dx = x - cx;
          float dy = y - cy;
          return shape.distance(dx * cos + dy * sin, dy * cos - dx * sin) * half;
        });
  }

  /** Structure that belongs there: rims, prints, a two-coloured half. */
  private static Picture marked(Picture skin, Field distance, int size, RandomGenerator r) {
    Picture out = skin;
    if (r.nextFloat() < 0.4f) {
      float width = 2 + size * 0.03f * r.nextFloat();
      float offset = size * 0.08f * r.nextFloat();
      float tone = 0.5f + r.nextFloat();
      out =
          out.map(
              (i, c, v) -> {
                float d = -distance.values()[i] - offset;
                return d > 0 && d < width ? v * tone : v;
              });
    }
    if (r.nextFloat() < 0.25f) {
      float[] other = Colors.any(r);
      int side = size / 2 + (int) (size * 0.1 * (r.nextDouble() - 0.5));
      boolean across = r.nextBoolean();
      out =
          out.map(
              (i, c, v) -> (across ? i % size : i / size) < side ? v : 0.3f * v + 0.7f * other[c]);
    }
    if (r.nextFloat() < 0.25f) {
      out = Strokes.print(out, r);
    }
    if (r.nextFloat() < 0.3f) {
      out = studded(out, size, r);
    }
    return out;
  }

  /** Holes, screws or knobs in a ring or a row: many alike. */
  private static Picture studded(Picture skin, int size, RandomGenerator r) {
    int count = 3 + r.nextInt(6);
    boolean ring = r.nextBoolean();
    double reach = size * (0.1 + 0.14 * r.nextDouble());
    double turn = r.nextDouble() * 2 * Math.PI;
    float radius = size * (0.012f + 0.025f * r.nextFloat());
    boolean hollow = r.nextFloat() < 0.4f;
    Field studs = Field.zeros(size, size);
    for (int k = 0; k < count; k++) {
      double a = turn + (ring ? 2 * Math.PI * k / count : 0);
      double far = ring ? reach : reach * 2 * (k - (count - 1) / 2.0) / count * 1.6;
      Strokes.disc(
          studs,
          size / 2.0 + far * StrictMath.cos(a),
          size / 2.0 + far * StrictMath.sin(a),
          radius);
      if (hollow) {
        Strokes.disc(
            studs,
            size / 2.0 + far * StrictMath.cos(a),
            size / 2.0 + far * StrictMath.sin(a),
            -radius * 0.55);
      }
    }
    return skin.blend(Picture.filled(size, size, Colors.any(r)), studs);
  }

  /** Light from one side over a body that bulges. */
  private static Picture shaded(Picture skin, Field distance, int size, RandomGenerator r) {
    float bulge = size * (0.05f + 0.3f * r.nextFloat());
    Field height =
        Field.of(
            size,
            size,
            (x, y) -> {
              float t = Math.min(Math.max(-distance.at(x, y) / bulge, 0), 1);
              return (float) Math.sqrt(t * (2 - t)) * bulge;
            });
    double angle = r.nextDouble() * 2 * Math.PI;
    float lx = (float) StrictMath.cos(angle);
    float ly = (float) StrictMath.sin(angle);
    float strength = 0.05f + 0.3f * r.nextFloat();
    float gloss = r.nextFloat() < 0.4f ? 0.2f + 0.6f * r.nextFloat() : 0;
    float sharp = 3 + 20 * r.nextFloat();
    float at = -0.2f - 0.8f * r.nextFloat();
    return skin.map(
        (i, c, v) -> {
          int x = i % size;
          int y = i / size;
          float gx = height.at(Math.min(x + 1, size - 1), y) - height.at(Math.max(x - 1, 0), y);
          float gy = height.at(x, Math.min(y + 1, size - 1)) - height.at(x, Math.max(y - 1, 0));
          float slope = (gx * lx + gy * ly) / 2;
          float shine =
              gloss == 0 ? 0 : gloss * (float) Math.exp(-sharp * (slope - at) * (slope - at));
          return v * (1 - strength * Math.min(Math.max(slope, -2), 2)) + shine;
        });
  }
}
