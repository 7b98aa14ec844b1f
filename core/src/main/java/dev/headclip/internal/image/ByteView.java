package dev.headclip.internal.image;

import dev.headclip.HeadClipException;
import java.nio.charset.StandardCharsets;

/**
 * Numbers in a file's bytes; what lies outside is one line.
 *
 * @param bytes of the file
 * @param little whether numbers begin with their lowest byte
 */
record ByteView(byte[] bytes, boolean little) {
  static ByteView big(byte[] bytes) {
    return new ByteView(bytes, false);
  }

  static ByteView little(byte[] bytes) {
    return new ByteView(bytes, true);
  }

  static HeadClipException broken(String what) {
    return new HeadClipException("corrupt or truncated image (%s)".formatted(what));
  }

  int length() {
    return bytes.length;
  }

  /** Throws where a range does not lie in the file. */
  void require(long from, long count, String what) {
    if (from < 0 || count < 0 || from > bytes.length - count) {
      throw broken("%s lies outside the file's %d bytes".formatted(what, bytes.length));
    }
  }

  int u8(long at) {
    require(at, 1, "a byte");
    return bytes[(int) at] & 0xff;
  }

  int u16(long at) {
    return little ? u8(at) | u8(at + 1) << 8 : u8(at) << 8 | u8(at + 1);
  }

  long u32(long at) {
    return little ? u16(at) | (long) u16(at + 2) << 16 : (long) u16(at) << 16 | u16(at + 2);
  }

  /** A 64-bit number that must be a place in a file. */
  long u64(long at) {
    long low = u32(little ? at : at + 4);
    long high = u32(little ? at + 4 : at);
    if (high != 0) {
      throw broken("a place of 2^32 or more");
    }
    return low;
  }

  /** Four letters. */
  String tag(long at) {
    require(at, 4, "a chunk's name");
    return new String(bytes, (int) at, 4, StandardCharsets.ISO_8859_1);
  }
}
