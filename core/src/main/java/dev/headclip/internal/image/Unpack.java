package dev.headclip.internal.image;

import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** What strips and tiles are packed with; each gives exactly the bytes that are asked for. */
final class Unpack {
  private static final int CLEAR = 256;
  private static final int END = 257;
  private static final int MOST_CODES = 4096;

  private Unpack() {}

  private static RuntimeException early(int there, int wanted) {
    return ByteView.broken("%d of %d bytes of a strip are there".formatted(there, wanted));
  }

  static byte[] deflate(byte[] bytes, int from, int count, int wanted) {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(bytes, from, count);
      byte[] out = new byte[wanted];
      int n = 0;
      while (n < wanted) {
        int more = inflater.inflate(out, n, wanted - n);
        if (more == 0
            && (inflater.finished() || inflater.needsInput() || inflater.needsDictionary())) {
          throw early(n, wanted);
        }
        n += more;
      }
      return out;
    } catch (DataFormatException e) {
      throw ByteView.broken("a strip that is no deflate data");
    } finally {
      inflater.end();
    }
  }

  static byte[] packBits(byte[] bytes, int from, int count, int wanted) {
    byte[] out = new byte[wanted];
    int n = 0;
    int at = from;
    int end = from + count;
    while (n < wanted) {
      if (at >= end) {
        throw early(n, wanted);
      }
      int head = bytes[at++];
      if (head >= 0) {
        int length = Math.min(head + 1, wanted - n);
        if (at + length > end) {
          throw early(n, wanted);
        }
        System.arraycopy(bytes, at, out, n, length);
        at += head + 1;
        n += length;
      } else if (head != -128) {
        if (at >= end) {
          throw early(n, wanted);
        }
        int length = Math.min(1 - head, wanted - n);
        Arrays.fill(out, n, n + length, bytes[at++]);
        n += length;
      }
    }
    return out;
  }

  /** LZW with codes from the highest bit on, whose width grows one code early. */
  static byte[] lzw(byte[] bytes, int from, int count, int wanted) {
    byte[] out = new byte[wanted];
    // a string is a place in what was put out, and a length
    int[] places = new int[MOST_CODES];
    int[] lengths = new int[MOST_CODES];
    int next = END + 1;
    int width = 9;
    int previous = -1;
    int previousAt = 0;
    int previousLength = 0;
    int n = 0;
    long bit = 0;
    while (n < wanted) {
      if (bit + width > 8L * count) {
        throw early(n, wanted);
      }
      int code = bits(bytes, from, bit, width);
      bit += width;
      if (code == END) {
        throw early(n, wanted);
      }
      if (code == CLEAR) {
        next = END + 1;
        width = 9;
        previous = -1;
        continue;
      }
      if (code > next || code >= MOST_CODES || code == next && previous < 0) {
        throw ByteView.broken("a code that stands for nothing in a strip");
      }
      int at = n;
      int length = code < CLEAR ? 1 : code == next ? previousLength + 1 : lengths[code];
      int source = code == next ? previousAt : places[code];
      for (int i = 0; i < length && n < wanted; i++, n++) {
        // the string that is just being defined repeats its own first byte
        out[n] = code < CLEAR ? (byte) code : out[source + i];
      }
      if (previous >= 0 && next < MOST_CODES) {
        places[next] = previousAt;
        lengths[next] = previousLength + 1;
        next++;
      }
      if (next + 1 >= 1 << width && width < 12) {
        width++;
      }
      previous = code;
      previousAt = at;
      previousLength = length;
    }
    return out;
  }

  private static int bits(byte[] bytes, int from, long bit, int width) {
    int at = from + (int) (bit >> 3);
    int last = bytes.length - 1;
    int three =
        (bytes[at] & 0xff) << 16
            | (bytes[Math.min(at + 1, last)] & 0xff) << 8
            | bytes[Math.min(at + 2, last)] & 0xff;
    return three >> 24 - width - (int) (bit & 7) & (1 << width) - 1;
  }
}
