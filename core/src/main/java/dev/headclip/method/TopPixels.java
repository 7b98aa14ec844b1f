package dev.headclip.method;

/** How many of a map's highest pixels make the local score (Eq. 7's set K). */
public sealed interface TopPixels {
  /** The size of K in a map of {@code pixels} pixels; at least 1. */
  int of(int pixels);

  /**
   * A share of the map, rounded down.
   *
   * @param share above 0, at most 1
   */
  record Fraction(double share) implements TopPixels {
    public Fraction {
      if (!(share > 0 && share <= 1)) {
        throw new IllegalArgumentException(
            "--top-fraction is %s, expected above 0 and at most 1".formatted(share));
      }
    }

    @Override
    public int of(int pixels) {
      return Math.max(1, (int) (pixels * share));
    }
  }

  /**
   * A number of pixels; the whole map where it has fewer.
   *
   * @param pixels at least 1
   */
  record Count(int pixels) implements TopPixels {
    public Count {
      if (pixels < 1) {
        throw new IllegalArgumentException(
            "--top-count is %d, expected at least 1".formatted(pixels));
      }
    }

    @Override
    public int of(int all) {
      return Math.min(pixels, all);
    }
  }
}
