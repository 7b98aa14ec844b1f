package dev.headclip.dataset;

import dev.headclip.HeadClipException;
import dev.headclip.image.ImageLoader;
import dev.headclip.image.PillowResize;
import dev.headclip.image.RgbImage;
import java.nio.file.Path;

/**
 * Masks as the reference repositories read them (AnomalyCLIP's dataset.py:71-72, train.py:64-66).
 */
public final class MaskReader {
  private MaskReader() {}

  /** Grey above 0 is anomalous; resized bilinearly to a square, then a half or more stays. */
  public static byte[] square(ImageLoader loader, Path file, int size) {
    return fitted(loader, file, size, size);
  }

  /** The same for any size. */
  public static byte[] fitted(ImageLoader loader, Path file, int width, int height) {
    try {
      return resized(binary(loader.load(file)), width, height);
    } catch (HeadClipException e) {
      throw new HeadClipException("mask %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** Whether anything in a mask's file is anomalous. */
  static boolean any(ImageLoader loader, Path file) {
    for (byte b : loader.load(file).rgb()) {
      if (b != 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * An image's mask.
   *
   * @param width columns
   * @param height rows
   * @param values 0 or 1, row-major
   */
  public record Mask(int width, int height, byte[] values) {}

  /** 1 where the image is not black. */
  public static Mask binary(RgbImage image) {
    byte[] out = new byte[image.width() * image.height()];
    for (int i = 0; i < out.length; i++) {
      boolean set =
          image.rgb()[3 * i] != 0 || image.rgb()[3 * i + 1] != 0 || image.rgb()[3 * i + 2] != 0;
      out[i] = (byte) (set ? 1 : 0);
    }
    return new Mask(image.width(), image.height(), out);
  }

  /** Resized to {@code size} x {@code size}, 0 or 1. */
  public static byte[] square(Mask mask, int size) {
    return resized(mask, size, size);
  }

  /** Resized, 0 or 1. */
  public static byte[] resized(Mask mask, int width, int height) {
    if (mask.width() == width && mask.height() == height) {
      return mask.values();
    }
    byte[] bright = new byte[mask.values().length];
    for (int i = 0; i < bright.length; i++) {
      bright[i] = (byte) (mask.values()[i] * 255);
    }
    byte[] resized =
        PillowResize.BILINEAR.resize(bright, mask.width(), mask.height(), 1, width, height);
    byte[] out = new byte[resized.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (byte) ((resized[i] & 0xff) >= 128 ? 1 : 0);
    }
    return out;
  }
}
