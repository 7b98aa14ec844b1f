package dev.headclip.internal.image;

import java.util.Arrays;

/** BMP: as many bytes as its rows take; one that holds a PNG or JPEG is that picture. */
final class BmpFile {
  private static final int FILE_HEADER = 14;
  private static final int CORE = 12;
  private static final int RGB = 0;
  private static final int BIT_FIELDS = 3;
  private static final int JPEG = 4;
  private static final int PNG = 5;

  private BmpFile() {}

  static Container read(byte[] bytes) {
    ByteView v = ByteView.little(bytes);
    long header = v.u32(FILE_HEADER);
    long data = v.u32(10);
    if (header == CORE) {
      return raw(v, bytes, data, v.u16(18), v.u16(20), v.u16(24), RGB);
    }
    long compression = v.u32(30);
    if (compression == JPEG || compression == PNG) {
      v.require(data, 1, "the picture inside");
      byte[] inside = Arrays.copyOfRange(bytes, (int) data, bytes.length);
      boolean png = compression == PNG;
      if (inside.length < 4 || (inside[0] & 0xff) != (png ? 0x89 : 0xff)) {
        throw ByteView.broken(
            "a BMP that should hold a %s and does not".formatted(png ? "PNG" : "JPEG"));
      }
      return png ? PngFile.read(inside) : JpegFile.read(inside);
    }
    long height = Math.abs((long) (int) v.u32(22));
    return raw(v, bytes, data, v.u32(18), height, v.u16(28), (int) compression);
  }

  private static Container raw(
      ByteView v, byte[] bytes, long data, long width, long height, int bits, int compression) {
    if (width < 1 || height < 1 || width > Integer.MAX_VALUE || bits > 64) {
      throw ByteView.broken("%d x %d pixels of %d bits".formatted(width, height, bits));
    }
    if (compression == RGB || compression == BIT_FIELDS) {
      v.require(data, (width * bits + 31) / 32 * 4 * height, "a row");
    } else {
      v.require(data, 1, "its picture");
    }
    return new Container(
        Container.Kind.BMP,
        bytes,
        (int) width,
        (int) Math.min(height, Integer.MAX_VALUE),
        1,
        false,
        1);
  }
}
