package dev.headclip.image;

/** From an image to the square that a network takes. */
public enum Preprocess {
  /** Bicubic to the square, aspect ratio not kept: AnomalyCLIP (utils.py:14-24). */
  SQUARE {
    @Override
    public RgbImage apply(RgbImage image, int size) {
      return PillowResize.BICUBIC.resize(image, size, size);
    }
  },
  /** Bilinear to the square: torchvision's default, AnoVL (vl_test.py:88-95). */
  SQUARE_BILINEAR {
    @Override
    public RgbImage apply(RgbImage image, int size) {
      return PillowResize.BILINEAR.resize(image, size, size);
    }
  },
  /** Bicubic to the shorter side, then the centre: OpenAI's CLIP (clip.py:79-86). */
  CENTER_CROP {
    @Override
    public RgbImage apply(RgbImage image, int size) {
      int shorter = Math.min(image.width(), image.height());
      int w = (int) ((long) image.width() * size / shorter);
      int h = (int) ((long) image.height() * size / shorter);
      RgbImage resized = PillowResize.BICUBIC.resize(image, w, h);
      // Python's round: halves go to the even neighbour
      int x = (int) Math.rint((w - size) / 2.0);
      int y = (int) Math.rint((h - size) / 2.0);
      return resized.crop(x, y, size, size);
    }
  };

  /** A {@code size} x {@code size} image. */
  public abstract RgbImage apply(RgbImage image, int size);
}
