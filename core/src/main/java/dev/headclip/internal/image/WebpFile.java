package dev.headclip.internal.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * WebP: chunks of the stated sizes, none of them cut. The first picture's chunk alone is handed on:
 * then a decoder that stops before its end has met damage, which it does not say itself.
 */
final class WebpFile {
  private static final int HEADER = 12;
  private static final int FRAME_HEADER = 16;

  private WebpFile() {}

  static Container read(byte[] bytes) {
    ByteView v = ByteView.little(bytes);
    long end = 8 + v.u32(4);
    v.require(0, end, "what its header announces");
    int orientation = 1;
    int frames = 0;
    long picture = -1;
    for (long at = HEADER; at + 8 <= end; ) {
      String name = v.tag(at);
      long length = v.u32(at + 4);
      v.require(at + 8, length, "a chunk");
      if (name.equals("ANMF")) {
        frames++;
        picture = picture < 0 ? inFrame(v, at + 8 + FRAME_HEADER, at + 8 + length) : picture;
      } else if (isPicture(name)) {
        picture = picture < 0 ? at : picture;
      } else if (name.equals("EXIF")) {
        orientation = orientation(bytes, (int) at + 8, (int) length);
      }
      at += 8 + length + length % 2;
    }
    if (picture < 0) {
      throw ByteView.broken("no picture in it");
    }
    return still(bytes, v, picture, orientation, Math.max(1, frames));
  }

  private static boolean isPicture(String chunk) {
    return chunk.equals("VP8 ") || chunk.equals("VP8L");
  }

  private static long inFrame(ByteView v, long from, long to) {
    for (long at = from; at + 8 <= to; ) {
      if (isPicture(v.tag(at))) {
        return at;
      }
      at += 8 + v.u32(at + 4) + v.u32(at + 4) % 2;
    }
    throw ByteView.broken("a frame without picture");
  }

  private static int orientation(byte[] bytes, int from, int length) {
    // some writers repeat the name that the block has in JPEG files
    byte[] block = Arrays.copyOfRange(bytes, from, from + length);
    boolean named = length > 6 && block[0] == 'E' && block[1] == 'x' && block[4] == 0;
    return Exif.orientation(named ? Arrays.copyOfRange(block, 6, length) : block);
  }

  private static Container still(byte[] bytes, ByteView v, long at, int orientation, int frames) {
    boolean lossless = v.tag(at).equals("VP8L");
    int length = (int) v.u32(at + 4);
    v.require(at + 8, length, "a picture");
    int width;
    int height;
    if (lossless) {
      long bits = v.u32(at + 9);
      width = (int) (bits & 0x3fff) + 1;
      height = (int) (bits >> 14 & 0x3fff) + 1;
    } else {
      width = v.u16(at + 14) & 0x3fff;
      height = v.u16(at + 16) & 0x3fff;
    }
    ByteBuffer out =
        ByteBuffer.allocate(HEADER + 8 + length + length % 2).order(ByteOrder.LITTLE_ENDIAN);
    out.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(out.capacity() - 8);
    out.put("WEBP".getBytes(StandardCharsets.US_ASCII)).put(bytes, (int) at, 8 + length);
    return new Container(
        Container.Kind.WEBP, out.array(), width, height, orientation, !lossless, frames);
  }
}
