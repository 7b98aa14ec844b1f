package dev.headclip.image;

/** EXIF orientation: how stored rows and columns lie in the picture as meant to be seen. */
public enum Orientation {
  NORMAL(false, false, false),
  MIRRORED(false, true, false),
  TURNED_180(false, true, true),
  FLIPPED(false, false, true),
  TRANSPOSED(true, false, false),
  TURNED_90(true, false, true),
  TRANSVERSED(true, true, true),
  TURNED_270(true, true, false);

  private final boolean swap;
  private final boolean fromRight;
  private final boolean fromBottom;

  Orientation(boolean swap, boolean fromRight, boolean fromBottom) {
    this.swap = swap;
    this.fromRight = fromRight;
    this.fromBottom = fromBottom;
  }

  /** The orientation of tag value 1 to 8; others are taken as normal. */
  public static Orientation of(int tag) {
    return tag >= 1 && tag <= 8 ? values()[tag - 1] : NORMAL;
  }

  /** Whether stored rows are columns of the picture. */
  boolean swaps() {
    return swap;
  }

  /** A stored image as meant to be seen. */
  public RgbImage apply(RgbImage image) {
    if (this == NORMAL) {
      return image;
    }
    int w = swap ? image.height() : image.width();
    int h = swap ? image.width() : image.height();
    RgbImage out = RgbImage.blank(w, h);
    for (int y = 0; y < h; y++) {
      for (int x = 0; x < w; x++) {
        int u = swap ? y : x;
        int v = swap ? x : y;
        int from =
            ((fromBottom ? image.height() - 1 - v : v) * image.width()
                    + (fromRight ? image.width() - 1 - u : u))
                * 3;
        System.arraycopy(image.rgb(), from, out.rgb(), (y * w + x) * 3, 3);
      }
    }
    return out;
  }
}
