package dev.headclip.internal.image;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * JPEG: segments up to the end marker, each scan with as many restart markers as its size asks for.
 * Comments, thumbnails and metadata are left out, so that what a decoder still warns of is damage.
 */
final class JpegFile {
  private static final int SOF0 = 0xc0;
  private static final int DHT = 0xc4;
  private static final int JPG = 0xc8;
  private static final int DAC = 0xcc;
  private static final int SOF15 = 0xcf;
  private static final int RST0 = 0xd0;
  private static final int RST7 = 0xd7;
  private static final int SOI = 0xd8;
  private static final int EOI = 0xd9;
  private static final int SOS = 0xda;
  private static final int DQT = 0xdb;
  private static final int DNL = 0xdc;
  private static final int DRI = 0xdd;
  private static final int APP0 = 0xe0;
  private static final int APP1 = 0xe1;
  private static final int APP2 = 0xe2;
  private static final int APP14 = 0xee;
  private static final int TEM = 0x01;

  private final byte[] bytes;
  private final ByteView v;
  private final ByteArrayOutputStream out;
  private int orientation = 1;
  private Frame frame = new Frame(0, 0, new int[0], new int[0], new int[0]);
  private int restart;
  private boolean adobe;

  /** Size and sampling, by component. */
  private record Frame(int width, int height, int[] ids, int[] across, int[] down) {
    private static int max(int[] of) {
      return Arrays.stream(of).max().orElse(1);
    }

    private static long ceil(long a, long b) {
      return (a + b - 1) / b;
    }

    /** Units that a scan of some components is coded in. */
    long units(int[] of) {
      int acrossMost = max(across);
      int downMost = max(down);
      if (of.length > 1) {
        return ceil(width, 8L * acrossMost) * ceil(height, 8L * downMost);
      }
      int c = 0;
      while (c < ids.length - 1 && ids[c] != of[0]) {
        c++;
      }
      return ceil(ceil((long) width * across[c], acrossMost), 8)
          * ceil(ceil((long) height * down[c], downMost), 8);
    }
  }

  private JpegFile(byte[] bytes) {
    this.bytes = bytes;
    this.v = ByteView.big(bytes);
    out = new ByteArrayOutputStream(bytes.length);
  }

  static Container read(byte[] bytes) {
    JpegFile f = new JpegFile(bytes);
    f.walk();
    return new Container(
        Container.Kind.JPEG,
        f.out.toByteArray(),
        f.frame.width(),
        f.frame.height(),
        f.orientation,
        true,
        1);
  }

  private void walk() {
    marker(SOI);
    int at = 2;
    while (true) {
      // fill bytes, and what some cameras leave between segments
      while (v.u8(at) != 0xff || v.u8(at + 1) == 0xff || v.u8(at + 1) == 0) {
        at++;
      }
      int kind = v.u8(at + 1);
      if (kind == EOI) {
        marker(EOI);
        break;
      }
      if (kind == TEM || kind >= RST0 && kind <= SOI) {
        at += 2;
        continue;
      }
      int length = v.u16(at + 2);
      if (length < 2) {
        throw ByteView.broken("segment %02x of length %d".formatted(kind, length));
      }
      v.require(at, length + 2L, "segment %02x".formatted(kind));
      at = segment(kind, at, at + 2 + length);
    }
    if (frame.ids().length == 0) {
      throw ByteView.broken("ends before its picture");
    }
  }

  private void marker(int kind) {
    out.write(0xff);
    out.write(kind);
  }

  /** Keeps what a decoder needs, and says where the next one begins. */
  private int segment(int kind, int from, int to) {
    boolean sof = kind >= SOF0 && kind <= SOF15 && kind != DHT && kind != JPG && kind != DAC;
    if (sof) {
      frame = frame(from, to);
    } else if (kind == DRI && to - from >= 6) {
      restart = v.u16(from + 4);
    } else if (kind == APP1 && orientation == 1 && named(from, to, "Exif\0\0")) {
      orientation = Exif.orientation(Arrays.copyOfRange(bytes, from + 10, to));
    }
    boolean profile = kind == APP2 && named(from, to, "ICC_PROFILE\0");
    boolean tables = kind == DHT || kind == DAC || kind == DQT || kind == DRI || kind == DNL;
    if (sof
        || tables
        || kind == SOS
        || kind == APP0 && named(from, to, "JFIF\0")
        || profile
        || first(kind)) {
      out.write(bytes, from, to - from);
    }
    return kind == SOS ? scan(from, to) : to;
  }

  /** Adobe's marker says how colours were turned; one is enough. */
  private boolean first(int kind) {
    boolean keep = kind == APP14 && !adobe;
    adobe |= kind == APP14;
    return keep;
  }

  private boolean named(int from, int to, String name) {
    int at = from + 4;
    return to - at >= name.length()
        && new String(bytes, at, name.length(), StandardCharsets.ISO_8859_1).equals(name);
  }

  private Frame frame(int from, int to) {
    int components = v.u8(from + 9);
    if (components < 1 || components > 4 || to - from < 10 + 3 * components) {
      throw ByteView.broken("a frame of %d components".formatted(components));
    }
    int[] ids = new int[components];
    int[] across = new int[components];
    int[] down = new int[components];
    for (int c = 0; c < components; c++) {
      int at = from + 10 + 3 * c;
      ids[c] = v.u8(at);
      across[c] = v.u8(at + 1) >> 4;
      down[c] = v.u8(at + 1) & 15;
      if (across[c] < 1 || across[c] > 4 || down[c] < 1 || down[c] > 4) {
        throw ByteView.broken("a sampling of %d x %d".formatted(across[c], down[c]));
      }
    }
    return new Frame(v.u16(from + 7), v.u16(from + 5), ids, across, down);
  }

  /** Past a scan's data, which are kept; restart markers are counted. */
  private int scan(int from, int to) {
    int[] components = new int[Math.min(4, v.u8(from + 4))];
    for (int c = 0; c < components.length; c++) {
      components[c] = v.u8(from + 5 + 2 * c);
    }
    int at = to;
    long restarts = 0;
    while (true) {
      while (at < bytes.length && bytes[at] != (byte) 0xff) {
        at++;
      }
      if (at + 1 >= bytes.length) {
        throw ByteView.broken("ends inside its picture");
      }
      int next = bytes[at + 1] & 0xff;
      if (next >= RST0 && next <= RST7) {
        if (next != RST0 + restarts % 8) {
          throw ByteView.broken("restart marker %d comes out of turn".formatted(next - RST0));
        }
        restarts++;
      } else if (next == 0xff) {
        // a fill byte
        at--;
      } else if (next != 0) {
        break;
      }
      at += 2;
    }
    out.write(bytes, to, at - to);
    checkRestarts(components, restarts);
    return at;
  }

  private void checkRestarts(int[] components, long restarts) {
    if (restart == 0 || frame.height() == 0) {
      return;
    }
    long expected = (frame.units(components) + restart - 1) / restart - 1;
    // some encoders end a scan with a marker that is not needed
    if (restarts != expected && restarts != expected + 1) {
      throw ByteView.broken(
          "%d restart markers in a scan, expected %d".formatted(restarts, expected));
    }
  }
}
