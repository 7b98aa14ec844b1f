package dev.headclip.image;

import dev.headclip.HeadClipException;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.SinglePixelPackedSampleModel;

/**
 * Decoded samples to 8-bit colour as Pillow's {@code convert("RGB")} does: the stored numbers, no
 * colour management; grey repeated, palettes looked up, alpha dropped. 16-bit samples are scaled.
 */
final class Samples {
  private Samples() {}

  static RgbImage toRgb(BufferedImage image) {
    return toRgb(image, false);
  }

  /**
   * The same.
   *
   * @param keepNonZero whether what is not 0 stays so, however small: class numbers of a mask
   */
  static RgbImage toRgb(BufferedImage image, boolean keepNonZero) {
    ColorModel model = image.getColorModel();
    Raster raster = image.getRaster();
    if (model instanceof IndexColorModel palette) {
      return indexed(raster, palette);
    }
    boolean rgb = model.getColorSpace().getType() == ColorSpace.TYPE_RGB;
    boolean gray = model.getColorSpace().getType() == ColorSpace.TYPE_GRAY;
    if (!rgb && !gray) {
      return converted(image);
    }
    int type = raster.getDataBuffer().getDataType();
    boolean packed = raster.getSampleModel() instanceof SinglePixelPackedSampleModel;
    if (type == DataBuffer.TYPE_BYTE || type == DataBuffer.TYPE_USHORT || packed) {
      return direct(raster, gray, keepNonZero);
    }
    throw new HeadClipException(
        "%s samples, expected unsigned integers of 1 to 16 bits".formatted(name(type)));
  }

  private static String name(int type) {
    return switch (type) {
      case DataBuffer.TYPE_FLOAT, DataBuffer.TYPE_DOUBLE -> "floating-point";
      case DataBuffer.TYPE_SHORT -> "signed 16-bit";
      default -> "32-bit";
    };
  }

  private static RgbImage direct(Raster raster, boolean gray, boolean keepNonZero) {
    int w = raster.getWidth();
    int h = raster.getHeight();
    RgbImage out = RgbImage.blank(w, h);
    int bands = raster.getNumBands();
    // bands differ in size: 5, 6, 5 bits in some BMP files
    float[] scale = new float[3];
    for (int c = 0; c < 3; c++) {
      int bits = raster.getSampleModel().getSampleSize(gray ? 0 : c);
      scale[c] = 255f / ((1 << Math.min(16, bits)) - 1);
    }
    int[] row = new int[w * bands];
    for (int y = 0; y < h; y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, w, 1, row);
      for (int x = 0; x < w; x++) {
        for (int c = 0; c < 3; c++) {
          int v = row[x * bands + (gray ? 0 : c)];
          int eight = scale[c] == 1 ? v : Math.round(v * scale[c]);
          out.rgb()[(y * w + x) * 3 + c] = (byte) (keepNonZero && eight == 0 && v > 0 ? 1 : eight);
        }
      }
    }
    return out;
  }

  private static RgbImage indexed(Raster raster, IndexColorModel palette) {
    int w = raster.getWidth();
    int h = raster.getHeight();
    RgbImage out = RgbImage.blank(w, h);
    int[] row = new int[w];
    for (int y = 0; y < h; y++) {
      raster.getSamples(raster.getMinX(), raster.getMinY() + y, w, 1, 0, row);
      for (int x = 0; x < w; x++) {
        put(out, y * w + x, palette.getRGB(row[x]));
      }
    }
    return out;
  }

  /** CMYK and others: the decoder's own conversion. */
  private static RgbImage converted(BufferedImage image) {
    RgbImage out = RgbImage.blank(image.getWidth(), image.getHeight());
    int[] row = new int[image.getWidth()];
    for (int y = 0; y < image.getHeight(); y++) {
      image.getRGB(0, y, row.length, 1, row, 0, row.length);
      for (int x = 0; x < row.length; x++) {
        put(out, y * row.length + x, row[x]);
      }
    }
    return out;
  }

  private static void put(RgbImage out, int pixel, int argb) {
    out.rgb()[pixel * 3] = (byte) (argb >> 16);
    out.rgb()[pixel * 3 + 1] = (byte) (argb >> 8);
    out.rgb()[pixel * 3 + 2] = (byte) argb;
  }
}
