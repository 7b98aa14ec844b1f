package dev.headclip.internal.image;

import dev.headclip.HeadClipException;
import java.nio.charset.StandardCharsets;

/**
 * Numbers in a file's bytes; what lies outside is one line.
 *
 * @param source of the bytes
 * @param little whether numbers begin with their lowest byte
 */
record ByteView(Source source, boolean little) {
  /** Bytes by their place. */
  interface Source {
    byte at(long place);

    long length();
  }

  /** All of a file. */
  record InMemory(byte[] bytes) implements Source {
    @Override
    public byte at(long place) {
      return bytes[(int) place];
    }

    @Override
    public long length() {
      return bytes.length;
    }
  }

  static ByteView big(byte[] bytes) {
    return new ByteView(new InMemory(bytes), false);
  }

  static ByteView little(byte[] bytes) {
    return new ByteView(new InMemory(bytes), true);
  }

  static HeadClipException broken(String what) {
    return new HeadClipException("corrupt or truncated image (%s)".formatted(what));
  }

  long length() {
    return source.length();
  }

  /** Throws where a range does not lie in the file. */
  void require(long from, long count, String what) {
    if (from < 0 || count < 0 || from > length() - count) {
      throw broken("%s lies outside the file's %d bytes".formatted(what, length()));
    }
  }

  int u8(long at) {
    require(at, 1, "a byte");
    return source.at(at) & 0xff;
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
    byte[] four = {source.at(at), source.at(at + 1), source.at(at + 2), source.at(at + 3)};
    return new String(four, StandardCharsets.ISO_8859_1);
  }
}
