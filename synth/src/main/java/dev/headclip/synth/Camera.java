package dev.headclip.synth;

import java.util.random.RandomGenerator;

/** What a camera and a lamp do to normal and anomalous pictures alike: no anomaly. */
final class Camera {
  /** Contrast turns about this level, so that pictures do not drown in white. */
  private static final float MIDDLE = 0.45f;

  private Camera() {}

  /**
   * Drawn once for a picture with and one without its defect, so that nothing else differs.
   *
   * @param light factor over the picture
   * @param gain contrast
   * @param lift brightness
   * @param blur radius of the focus
   * @param noise of the sensor
   * @param gray whether colour is lost
   */
  record Setting(
      Field light, float gain, float lift, int blur, Field noise, float grain, boolean gray) {
    Picture apply(Picture p) {
      Picture seen = gray ? p.gray() : p;
      return seen.blurred(blur)
          .map(
              (i, c, v) ->
                  ((v - MIDDLE) * gain + MIDDLE + lift) * light.values()[i]
                      + grain * (noise.values()[i] - 0.5f));
    }
  }

  /** The same camera and lamp a moment later. */
  static Setting again(Setting s, int size, RandomGenerator r) {
    float brighter = 1 + 0.06f * (r.nextFloat() - 0.5f);
    return new Setting(
        Field.of(size, size, (x, y) -> s.light.at(x, y) * brighter),
        s.gain + 0.03f * (r.nextFloat() - 0.5f),
        s.lift + 0.02f * (r.nextFloat() - 0.5f),
        s.blur,
        Field.noise(size, size, 1, 1, 1, 1, r),
        s.grain,
        s.gray);
  }

  static Setting any(int size, RandomGenerator r) {
    Field light = Field.noise(size, size, size * 1.2, size * 1.2, 1, 1, r);
    float range = r.nextFloat() < 0.5f ? 0 : 0.5f * r.nextFloat();
    Field factor = Field.of(size, size, (x, y) -> 1 + range * (light.at(x, y) - 0.5f));
    Field noise = Field.noise(size, size, 1, 1, 1, 1, r);
    return new Setting(
        factor,
        0.7f + 0.4f * r.nextFloat(),
        0.1f * (r.nextFloat() - 0.5f),
        r.nextFloat() < 0.25f ? 1 : 0,
        noise,
        r.nextFloat() < 0.5f ? 0 : 0.1f * r.nextFloat(),
        r.nextFloat() < 0.3f);
  }
}
