package dev.headclip.image;

import java.awt.image.BufferedImage;

/**
 * An 8-bit colour image.
 *
 * @param width columns
 * @param height rows
 * @param rgb red, green, blue of each pixel, row-major; shared, not copied
 */
public record RgbImage(int width, int height, byte[] rgb) {
  public RgbImage {
    if (width < 1 || height < 1 || 3L * width * height != rgb.length) {
      throw new IllegalArgumentException(
          "a %dx%d image with %d bytes".formatted(width, height, rgb.length));
    }
  }

  /** A decoded image's stored numbers, as Pillow's {@code convert("RGB")} takes them. */
  public static RgbImage of(BufferedImage image) {
    return Samples.toRgb(image);
  }

  /** A black image. */
  public static RgbImage blank(int width, int height) {
    return new RgbImage(width, height, new byte[Math.multiplyExact(3 * width, height)]);
  }

  /** Channel {@code c} (0 red, 1 green, 2 blue) of a pixel, 0 to 255. */
  public int at(int x, int y, int c) {
    return rgb[(y * width + x) * 3 + c] & 0xff;
  }

  /** A part of this image. */
  public RgbImage crop(int x, int y, int w, int h) {
    RgbImage part = blank(w, h);
    for (int row = 0; row < h; row++) {
      System.arraycopy(rgb, ((y + row) * width + x) * 3, part.rgb, row * w * 3, w * 3);
    }
    return part;
  }
}
