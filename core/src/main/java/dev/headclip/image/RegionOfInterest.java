package dev.headclip.image;

import dev.headclip.HeadClipException;
import java.util.Arrays;

/**
 * Which pixels of an image count; the others are looked away from: filled in before the network
 * sees them, and never part of a map, a region or a score's highest values.
 *
 * @param width columns
 * @param height rows
 * @param counts 1 where a pixel counts, else 0, row-major; shared, not copied
 */
public record RegionOfInterest(int width, int height, byte[] counts) {
  /** Masks may be scaled, not stretched: aspect ratios within a hundredth. */
  private static final double STRETCH = 0.01;

  private static final int HALF = 128;

  public RegionOfInterest {
    if ((long) width * height != counts.length) {
      throw new IllegalArgumentException(
          "a region of %d x %d with %d values".formatted(width, height, counts.length));
    }
  }

  /**
   * From a picture: what is at least half as bright as white counts.
   *
   * @param inverted whether it is ignored instead
   * @throws HeadClipException where no pixel counts
   */
  public static RegionOfInterest of(RgbImage mask, boolean inverted) {
    byte[] counts = new byte[mask.width() * mask.height()];
    boolean any = false;
    for (int i = 0; i < counts.length; i++) {
      int brightest = 0;
      for (int c = 0; c < 3; c++) {
        brightest = Math.max(brightest, mask.rgb()[3 * i + c] & 0xff);
      }
      boolean counted = brightest >= HALF != inverted;
      counts[i] = (byte) (counted ? 1 : 0);
      any |= counted;
    }
    if (!any) {
      throw new HeadClipException(
          inverted
              ? "the mask is white everywhere, so that all is ignored; expected some black"
              : "the mask has no white, so that nothing counts; expected some white");
    }
    return new RegionOfInterest(mask.width(), mask.height(), counts);
  }

  /**
   * The same for an image of another size, nearest pixels.
   *
   * @throws HeadClipException where the image has another shape
   */
  public RegionOfInterest fitted(int toWidth, int toHeight) {
    double stretch = (double) width * toHeight / ((double) height * toWidth);
    if (Math.abs(stretch - 1) > STRETCH) {
      throw new HeadClipException(
          "its mask is %d x %d, the image %d x %d; expected the same shape"
              .formatted(width, height, toWidth, toHeight));
    }
    return resized(toWidth, toHeight);
  }

  /** Stretched to another size, nearest pixels. */
  public RegionOfInterest resized(int toWidth, int toHeight) {
    if (toWidth == width && toHeight == height) {
      return this;
    }
    byte[] to = new byte[Math.multiplyExact(toWidth, toHeight)];
    for (int y = 0; y < toHeight; y++) {
      int row = (int) ((y + 0.5) * height / toHeight) * width;
      for (int x = 0; x < toWidth; x++) {
        to[y * toWidth + x] = counts[row + (int) ((x + 0.5) * width / toWidth)];
      }
    }
    return new RegionOfInterest(toWidth, toHeight, to);
  }

  /** Of an image that was turned, see {@link Rotation}; itself where nothing would count. */
  public RegionOfInterest turned(double degrees) {
    RgbImage white = RgbImage.blank(width, height);
    for (int i = 0; i < counts.length; i++) {
      Arrays.fill(white.rgb(), 3 * i, 3 * i + 3, (byte) (counts[i] == 1 ? 255 : 0));
    }
    RgbImage turned = Rotation.of(white, degrees);
    byte[] to = new byte[counts.length];
    boolean any = false;
    for (int i = 0; i < to.length; i++) {
      to[i] = (byte) ((turned.rgb()[3 * i] & 0xff) >= HALF ? 1 : 0);
      any |= to[i] == 1;
    }
    return any ? new RegionOfInterest(width, height, to) : this;
  }

  /** A part of it. */
  public RegionOfInterest crop(int x, int y, int w, int h) {
    byte[] part = new byte[w * h];
    for (int row = 0; row < h; row++) {
      System.arraycopy(counts, (y + row) * width + x, part, row * w, w);
    }
    return new RegionOfInterest(w, h, part);
  }

  /** 1 where a pixel counts, as numbers. */
  public float[] floats() {
    float[] f = new float[counts.length];
    for (int i = 0; i < f.length; i++) {
      f[i] = counts[i];
    }
    return f;
  }

  /** Pixels that count. */
  public int size() {
    int n = 0;
    for (byte c : counts) {
      n += c;
    }
    return n;
  }

  /**
   * An image of the same size with what does not count filled in from what does, smoothly: whatever
   * lay there has no influence any more.
   */
  public RgbImage filled(RgbImage image) {
    if (image.width() != width || image.height() != height) {
      throw new IllegalArgumentException("an image of another size");
    }
    float[][] planes = new float[4][width * height];
    for (int i = 0; i < counts.length; i++) {
      planes[3][i] = counts[i];
      for (int c = 0; c < 3; c++) {
        planes[c][i] = counts[i] * (image.rgb()[3 * i + c] & 0xff);
      }
    }
    pull(planes, width, height);
    RgbImage out = RgbImage.blank(width, height);
    for (int i = 0; i < counts.length; i++) {
      for (int c = 0; c < 3; c++) {
        out.rgb()[3 * i + c] =
            counts[i] == 1 ? image.rgb()[3 * i + c] : (byte) Math.round(planes[c][i]);
      }
    }
    return out;
  }

  /**
   * Fills where the weight (plane 3) is 0 from a picture of half the size, which is filled first.
   * Values are sums of weighted colours on the way in, colours on the way out.
   */
  private static void pull(float[][] planes, int w, int h) {
    if (w > 1 || h > 1) {
      int hw = (w + 1) / 2;
      int hh = (h + 1) / 2;
      float[][] half = new float[4][hw * hh];
      for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++) {
          for (int c = 0; c < 4; c++) {
            half[c][y / 2 * hw + x / 2] += planes[c][y * w + x];
          }
        }
      }
      pull(half, hw, hh);
      for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++) {
          int i = y * w + x;
          if (planes[3][i] == 0) {
            for (int c = 0; c < 3; c++) {
              planes[c][i] = half[c][y / 2 * hw + x / 2];
            }
          } else {
            for (int c = 0; c < 3; c++) {
              planes[c][i] /= planes[3][i];
            }
          }
        }
      }
    } else {
      for (int c = 0; c < 3; c++) {
        planes[c][0] /= Math.max(planes[3][0], 1e-9f);
      }
    }
  }
}
