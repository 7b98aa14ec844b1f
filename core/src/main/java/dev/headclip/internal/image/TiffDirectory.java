package dev.headclip.internal.image;

import java.util.HashMap;
import java.util.Map;

/**
 * The numbers of one directory of a TIFF or BigTIFF file; text and unknown tags are passed over.
 */
final class TiffDirectory {
  static final int SUBFILE = 254;
  static final int WIDTH = 256;
  static final int LENGTH = 257;
  static final int BITS = 258;
  static final int COMPRESSION = 259;
  static final int PHOTOMETRIC = 262;
  static final int FILL_ORDER = 266;
  static final int STRIP_OFFSETS = 273;
  static final int ORIENTATION = 274;
  static final int SAMPLES = 277;
  static final int ROWS_PER_STRIP = 278;
  static final int STRIP_BYTES = 279;
  static final int PLANAR = 284;
  static final int PREDICTOR = 317;
  static final int COLOR_MAP = 320;
  static final int TILE_WIDTH = 322;
  static final int TILE_LENGTH = 323;
  static final int TILE_OFFSETS = 324;
  static final int TILE_BYTES = 325;
  static final int EXTRA = 338;
  static final int FORMAT = 339;

  private static final int BYTE = 1;
  private static final int SHORT = 3;
  private static final int LONG = 4;
  private static final int IFD = 13;
  private static final int LONG8 = 16;

  private final ByteView v;
  private final boolean big;
  private final long next;
  private final Map<Integer, Long> entries = new HashMap<>();

  /**
   * @param v the whole file
   * @param at where the directory begins
   * @param big BigTIFF
   */
  TiffDirectory(ByteView v, long at, boolean big) {
    this.v = v;
    this.big = big;
    long count = big ? v.u64(at) : v.u16(at);
    long first = at + (big ? 8 : 2);
    int size = big ? 20 : 12;
    v.require(first, count * size + (big ? 8 : 4), "a directory");
    for (long i = 0; i < count; i++) {
      entries.putIfAbsent(v.u16(first + i * size), first + i * size);
    }
    long end = first + count * size;
    next = big ? v.u64(end) : v.u32(end);
  }

  /** Where the next one begins; 0 for the last. */
  long next() {
    return next;
  }

  boolean has(int tag) {
    return entries.containsKey(tag);
  }

  /** The first number of a tag. */
  long value(int tag, long otherwise) {
    long[] all = values(tag, 1);
    return all.length == 0 ? otherwise : all[0];
  }

  long[] values(int tag) {
    return values(tag, Integer.MAX_VALUE);
  }

  private long[] values(int tag, int most) {
    Long at = entries.get(tag);
    if (at == null) {
      return new long[0];
    }
    int type = v.u16(at + 2);
    int size =
        switch (type) {
          case BYTE -> 1;
          case SHORT -> 2;
          case LONG, IFD -> 4;
          case LONG8 -> 8;
          default -> throw ByteView.broken("tag %d has type %d".formatted(tag, type));
        };
    long count = big ? v.u64(at + 4) : v.u32(at + 4);
    long inline = at + (big ? 12 : 8);
    long from = count * size <= (big ? 8 : 4) ? inline : big ? v.u64(inline) : v.u32(inline);
    v.require(from, count * size, "tag " + tag);
    long[] all = new long[(int) Math.min(count, most)];
    for (int i = 0; i < all.length; i++) {
      long place = from + (long) i * size;
      all[i] =
          switch (size) {
            case 1 -> v.u8(place);
            case 2 -> v.u16(place);
            case 4 -> v.u32(place);
            default -> v.u64(place);
          };
    }
    return all;
  }
}
