package dev.headclip.internal.image;

import java.io.ByteArrayOutputStream;

/**
 * GIF: its first picture, whose LZW data are counted pixel by pixel, since decoders take an early
 * end for a whole picture; comments and the pictures after it are left out.
 */
final class GifFile {
  private static final int EXTENSION = 0x21;
  private static final int PICTURE = 0x2c;
  private static final int TRAILER = 0x3b;
  private static final int GRAPHIC_CONTROL = 0xf9;
  private static final int HEADER = 13;

  private final byte[] bytes;
  private final ByteView v;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private int frames;
  private int width;
  private int height;

  private GifFile(byte[] bytes) {
    this.bytes = bytes;
    this.v = ByteView.little(bytes);
  }

  static Container read(byte[] bytes) {
    GifFile f = new GifFile(bytes);
    f.walk();
    return new Container(
        Container.Kind.GIF,
        f.out.toByteArray(),
        f.width,
        f.height,
        1,
        false,
        Math.max(1, f.frames));
  }

  private void walk() {
    int at = HEADER + colours(v.u8(10));
    keep(0, at);
    while (true) {
      if (at == v.length() && frames > 0) {
        // all there but the trailer, which some programs do not write
        break;
      }
      int kind = v.u8(at);
      if (kind == TRAILER) {
        break;
      }
      int end =
          switch (kind) {
            case EXTENSION -> skip(at + 2);
            case PICTURE -> picture(at);
            default -> throw ByteView.broken("no block begins at byte %d".formatted(at));
          };
      boolean control = kind == EXTENSION && v.u8(at + 1) == GRAPHIC_CONTROL;
      if (control && frames == 0 || kind == PICTURE && frames == 1) {
        keep(at, end);
      }
      at = end;
    }
    if (frames == 0) {
      throw ByteView.broken("no picture in it");
    }
    out.write(TRAILER);
  }

  private void keep(int from, int to) {
    v.require(from, (long) to - from, "a block");
    out.write(bytes, from, to - from);
  }

  /** Bytes of a colour table. */
  private static int colours(int flags) {
    return (flags & 0x80) == 0 ? 0 : 3 << (flags & 7) + 1;
  }

  /** Past the sub-blocks that begin here. */
  private int skip(int at) {
    int next = at;
    for (int size = v.u8(next); size > 0; size = v.u8(next)) {
      next += size + 1;
    }
    return next + 1;
  }

  private int picture(int at) {
    int w = v.u16(at + 5);
    int h = v.u16(at + 7);
    int data = at + 10 + colours(v.u8(at + 9));
    if (frames++ == 0) {
      width = w;
      height = h;
      if (v.u8(data) < 1 || v.u8(data) > 8) {
        throw ByteView.broken("pixels of %d bits".formatted(v.u8(data)));
      }
      long pixels = pixels(data, (long) w * h);
      if (pixels < (long) w * h) {
        throw ByteView.broken("%d of %d pixels are there".formatted(pixels, (long) w * h));
      }
    }
    return skip(data + 1);
  }

  /** Pixels that the LZW data stand for; only the lengths of the strings are kept. */
  private long pixels(int at, long wanted) {
    int minimum = v.u8(at);
    int clear = 1 << minimum;
    int[] lengths = new int[4096];
    int next = clear + 2;
    int bits = minimum + 1;
    int previous = -1;
    long pixels = 0;
    long buffer = 0;
    int held = 0;
    int block = at + 1;
    int left = v.u8(block);
    int byteAt = block + 1;
    while (pixels < wanted) {
      while (held < bits && left > 0) {
        buffer |= (long) v.u8(byteAt++) << held;
        held += 8;
        if (--left == 0) {
          block = byteAt;
          left = v.u8(block);
          byteAt = block + 1;
        }
      }
      if (held < bits) {
        return pixels;
      }
      int code = (int) (buffer & (1 << bits) - 1);
      buffer >>>= bits;
      held -= bits;
      if (code == clear) {
        next = clear + 2;
        bits = minimum + 1;
        previous = -1;
        continue;
      }
      if (code == clear + 1) {
        return pixels;
      }
      if (code > next || code == next && previous < 0) {
        throw ByteView.broken("a code that stands for nothing, after %d pixels".formatted(pixels));
      }
      if (previous >= 0 && next < 4096) {
        // defined before it is looked up: the code may be this very one
        lengths[next++] = lengthOf(previous, clear, lengths) + 1;
        if (next == 1 << bits && bits < 12) {
          bits++;
        }
      }
      pixels += lengthOf(code, clear, lengths);
      previous = code;
    }
    return pixels;
  }

  private static int lengthOf(int code, int clear, int[] lengths) {
    return code < clear ? 1 : lengths[code];
  }
}
