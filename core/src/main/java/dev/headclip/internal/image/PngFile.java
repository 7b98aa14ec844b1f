package dev.headclip.internal.image;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Set;
import java.util.zip.CRC32;

/** PNG: chunks with their check sums, up to IEND; texts, profiles and times are left out. */
final class PngFile {
  private static final int SIGNATURE = 8;
  private static final Set<String> NEEDED = Set.of("IHDR", "PLTE", "tRNS", "IDAT", "IEND");

  private PngFile() {}

  static Container read(byte[] bytes) {
    ByteView v = ByteView.big(bytes);
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length);
    out.write(bytes, 0, SIGNATURE);
    int orientation = 1;
    int frames = 1;
    long at = SIGNATURE;
    String name = "";
    while (!name.equals("IEND")) {
      long length = v.u32(at);
      name = v.tag(at + 4);
      v.require(at, length + 12, "chunk " + printable(name));
      if (NEEDED.contains(name)) {
        check(bytes, v, at, (int) length, name);
        out.write(bytes, (int) at, (int) length + 12);
      } else if (name.equals("eXIf")) {
        int from = (int) at + 8;
        orientation = Exif.orientation(Arrays.copyOfRange(bytes, from, from + (int) length));
      } else if (name.equals("acTL") && length >= 8) {
        frames = (int) Math.max(1, Math.min(Integer.MAX_VALUE, v.u32(at + 8)));
      }
      at += length + 12;
    }
    if (!v.tag(SIGNATURE + 4).equals("IHDR")) {
      throw ByteView.broken("a PNG that does not begin with IHDR");
    }
    int width = (int) Math.min(Integer.MAX_VALUE, v.u32(16));
    int height = (int) Math.min(Integer.MAX_VALUE, v.u32(20));
    return new Container(
        Container.Kind.PNG, out.toByteArray(), width, height, orientation, false, frames);
  }

  private static void check(byte[] bytes, ByteView v, long at, int length, String name) {
    CRC32 crc = new CRC32();
    crc.update(bytes, (int) at + 4, length + 4);
    if (crc.getValue() != v.u32(at + 8 + length)) {
      throw ByteView.broken("chunk %s does not match its check sum".formatted(name));
    }
  }

  private static String printable(String name) {
    return name.replaceAll("[^A-Za-z]", "?");
  }
}
