package dev.headclip.image;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Writes PNG files. */
public final class ImageWriter {
  private ImageWriter() {}

  /** An 8-bit colour PNG. */
  public static void png(RgbImage image, OutputStream out) throws IOException {
    Png.write(buffered(image), out);
  }

  private static BufferedImage buffered(RgbImage image) {
    BufferedImage b =
        new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_3BYTE_BGR);
    byte[] to = ((DataBufferByte) b.getRaster().getDataBuffer()).getData();
    for (int i = 0; i < to.length; i += 3) {
      to[i] = image.rgb()[i + 2];
      to[i + 1] = image.rgb()[i + 1];
      to[i + 2] = image.rgb()[i];
    }
    return b;
  }

  /** A JPEG, for small pictures in pages. */
  public static byte[] jpeg(RgbImage image) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    // not to a stream: ImageIO would put it into a file first
    try (MemoryCacheImageOutputStream to = new MemoryCacheImageOutputStream(bytes)) {
      ImageIO.write(buffered(image), "jpg", to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** An 8-bit grey PNG of row-major samples. */
  public static void grayPng(byte[] samples, int width, int height, OutputStream out)
      throws IOException {
    BufferedImage b = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    byte[] to = ((DataBufferByte) b.getRaster().getDataBuffer()).getData();
    System.arraycopy(samples, 0, to, 0, to.length);
    Png.write(b, out);
  }
}
