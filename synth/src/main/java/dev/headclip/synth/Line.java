package dev.headclip.synth;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * One product before one camera, as on a production line: the same scene in every picture, laid a
 * little otherwise, under nearly the same light. What references and batches are for.
 *
 * @param scene of the product, wider than a picture
 * @param camera of the line
 * @param turn how far a part may be turned, radians
 * @param shift how far it may lie from its place, as a share of a picture
 */
record Line(Scene scene, Camera.Setting camera, double turn, double shift) {
  /** Of a surface a picture shows a part, which moves on with the material. */
  private static final double WIDER = 1.5;

  private static final double SURFACE_TURN = 0.03;
  private static final double SMALL_TURN = 0.12;
  private static final float LOOSE = 0.3f;
  private static final double ZOOM = 0.03;

  /** Side of the scene for pictures of {@code size} pixels. */
  static int wide(int size) {
    return (int) (size * WIDER);
  }

  /**
   * A line.
   *
   * @param scene of {@link #wide} pixels a side
   * @param r decides how parts lie on it
   */
  static Line of(Scene scene, int size, RandomGenerator r) {
    Camera.Setting camera = Camera.any(size, r);
    // some parts come any way round
    double turn = r.nextFloat() < LOOSE ? Math.PI : SMALL_TURN * r.nextDouble();
    return scene.object()
        ? new Line(scene, camera, turn, 0.05)
        : new Line(scene, camera, SURFACE_TURN, (WIDER - 1) / 2 - SURFACE_TURN);
  }

  /** The next part. */
  Scene next(int size, SplittableRandom r) {
    double angle = between(-turn, turn, r);
    double zoom = 1 + between(-ZOOM, ZOOM, r);
    double scale = zoom * (scene.object() ? WIDER : 1);
    double cos = StrictMath.cos(angle) * scale;
    double sin = StrictMath.sin(angle) * scale;
    double x = wide(size) / 2.0 + between(-shift, shift, r) * size;
    double y = wide(size) / 2.0 + between(-shift, shift, r) * size;
    return scene.warped(new Field.Warp(size, cos, sin, x, y));
  }

  private static double between(double from, double to, RandomGenerator r) {
    return from + (to - from) * r.nextDouble();
  }
}
