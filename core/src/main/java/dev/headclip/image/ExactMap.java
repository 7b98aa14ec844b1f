package dev.headclip.image;

import dev.headclip.map.AnomalyMap;

/**
 * A map of any tool as its file has it.
 *
 * @param width columns
 * @param height rows
 * @param values row-major; shared, not copied
 */
public record ExactMap(int width, int height, double[] values) {
  public ExactMap {
    if (width < 1 || height < 1 || (long) width * height != values.length) {
      throw new IllegalArgumentException(
          "a %dx%d map with %d values".formatted(width, height, values.length));
    }
  }

  /** Whether floats hold every value as it is. */
  public boolean floats() {
    for (double v : values) {
      if ((float) v != v && !Double.isNaN(v)) {
        return false;
      }
    }
    return true;
  }

  /** The values as floats, rounded where need be. */
  public float[] toFloats() {
    float[] all = new float[values.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = (float) values[i];
    }
    return all;
  }

  /** The same as a map of floats. */
  public AnomalyMap map() {
    return new AnomalyMap(width, height, toFloats());
  }
}
