package dev.headclip.dataset;

/**
 * Which pixels of an image are anomalous.
 *
 * @param width columns
 * @param height rows
 * @param values 0 or 1, row-major
 */
public record Mask(int width, int height, byte[] values) {
  public Mask {
    if ((long) width * height != values.length) {
      throw new IllegalArgumentException(
          "a mask of %d x %d with %d values".formatted(width, height, values.length));
    }
  }

  /** Whether no pixel is. */
  public boolean empty() {
    for (byte v : values) {
      if (v != 0) {
        return false;
      }
    }
    return true;
  }

  boolean sameSize(Mask other) {
    return width == other.width && height == other.height;
  }

  /** What either of two masks of one size says. */
  Mask or(Mask other) {
    byte[] both = values.clone();
    for (int i = 0; i < both.length; i++) {
      both[i] |= other.values[i];
    }
    return new Mask(width, height, both);
  }
}
