package dev.headclip.internal.image;

import dev.headclip.HeadClipException;
import java.util.Arrays;

/**
 * One page of a TIFF. Grey, colour and palette pictures are decoded here: samples of 1 to 32 bits,
 * scaled by their own depth, where libraries scale by the array that holds them.
 */
public final class TiffPage {
  private static final int NONE = 1;
  private static final int LZW = 5;
  private static final int DEFLATE = 8;
  private static final int OLD_DEFLATE = 32946;
  private static final int PACK_BITS = 32773;
  private static final int WHITE_IS_ZERO = 0;
  private static final int BLACK_IS_ZERO = 1;
  private static final int RGB = 2;
  private static final int PALETTE = 3;
  private static final int MOST_SAMPLES = 1024;
  private static final int ASSOCIATED_ALPHA = 1;

  private final ByteView v;
  private final TiffDirectory d;
  private final int index;
  private final int width;
  private final int height;
  private final int samples;
  private final int photometric;
  private final int compression;
  private final boolean planar;

  TiffPage(ByteView v, TiffDirectory d, int index) {
    this.v = v;
    this.d = d;
    this.index = index;
    this.width = bounded(TiffDirectory.WIDTH, 0, Integer.MAX_VALUE);
    this.height = bounded(TiffDirectory.LENGTH, 0, Integer.MAX_VALUE);
    this.samples = bounded(TiffDirectory.SAMPLES, 1, MOST_SAMPLES);
    this.photometric = (int) d.value(TiffDirectory.PHOTOMETRIC, -1);
    this.compression = (int) d.value(TiffDirectory.COMPRESSION, NONE);
    this.planar = d.value(TiffDirectory.PLANAR, 1) == 2 && samples > 1;
  }

  private int bounded(int tag, long otherwise, int most) {
    long n = d.value(tag, otherwise);
    if (n < 1 || n > most) {
      throw ByteView.broken("tag %d is %d, expected 1 to %d".formatted(tag, n, most));
    }
    return (int) n;
  }

  /** Its place among all of the file's directories. */
  public int index() {
    return index;
  }

  public int width() {
    return width;
  }

  public int height() {
    return height;
  }

  /** Orientation tag, 1 to 8. */
  public int orientation() {
    return Exif.valid(d.value(TiffDirectory.ORIENTATION, 1));
  }

  /** Whether its strips are JPEG or WebP data. */
  public boolean lossy() {
    return compression == 6 || compression == 7 || compression == 50001;
  }

  /**
   * Whether {@link #rgb} decodes it; otherwise a library does: fax codes, JPEG, YCbCr, CMYK.
   *
   * @throws HeadClipException where its samples are none that a picture has, or its data are cut
   */
  public boolean plain() {
    for (long format : d.values(TiffDirectory.FORMAT)) {
      if (format == 2 || format == 3) {
        throw new HeadClipException(
            "%s samples, expected unsigned integers of 1 to 32 bits"
                .formatted(format == 2 ? "signed" : "floating-point"));
      }
      if (format > 4) {
        throw new HeadClipException("complex samples, expected unsigned integers");
      }
    }
    checkPlaces();
    boolean packed =
        compression == NONE
            || compression == LZW && !oldLzw()
            || compression == DEFLATE
            || compression == OLD_DEFLATE
            || compression == PACK_BITS;
    boolean colours =
        photometric == WHITE_IS_ZERO
            || photometric == BLACK_IS_ZERO
            || photometric == RGB && samples >= 3
            || photometric == PALETTE && d.has(TiffDirectory.COLOR_MAP);
    return packed && colours;
  }

  private boolean tiled() {
    return d.has(TiffDirectory.TILE_OFFSETS);
  }

  private long[] offsets() {
    return d.values(tiled() ? TiffDirectory.TILE_OFFSETS : TiffDirectory.STRIP_OFFSETS);
  }

  /** Bytes of each strip or tile; a single one may be without. */
  private long[] counts(long[] offsets) {
    int tag = tiled() ? TiffDirectory.TILE_BYTES : TiffDirectory.STRIP_BYTES;
    long[] counts = d.values(tag);
    if (counts.length == 0 && offsets.length == 1) {
      return new long[] {v.length() - offsets[0]};
    }
    if (counts.length != offsets.length) {
      throw ByteView.broken("%d strips with %d lengths".formatted(offsets.length, counts.length));
    }
    return counts;
  }

  private void checkPlaces() {
    long[] offsets = offsets();
    long[] counts = counts(offsets);
    if (offsets.length == 0) {
      throw ByteView.broken("no strips and no tiles");
    }
    for (int i = 0; i < offsets.length; i++) {
      v.require(offsets[i], counts[i], tiled() ? "a tile" : "a strip");
    }
  }

  /** Codes from the lowest bit on, as written before TIFF 5. */
  private boolean oldLzw() {
    long at = offsets()[0];
    return at + 1 < v.length() && v.u8(at) == 0 && (v.u8(at + 1) & 1) == 1;
  }

  /** Depth of each sample. */
  private int[] depths() {
    long[] bits = d.values(TiffDirectory.BITS);
    int[] all = new int[samples];
    for (int s = 0; s < samples; s++) {
      all[s] = bits.length == 0 ? 1 : (int) bits[Math.min(s, bits.length - 1)];
      if (all[s] < 1 || all[s] > 32) {
        throw new HeadClipException("samples of %d bits, expected 1 to 32".formatted(all[s]));
      }
    }
    return all;
  }

  /**
   * The picture as stored, not yet turned: red, green, blue of each pixel, row by row.
   *
   * @param file all its bytes
   * @param keepNonZero whether what is not 0 stays so, however small: class numbers of a mask
   */
  public byte[] rgb(byte[] file, boolean keepNonZero, Deadline deadline) {
    int[] depths = depths();
    Colours colours = new Colours(depths, keepNonZero);
    byte[] out = new byte[Math.multiplyExact(3 * width, height)];
    int tileWidth = tiled() ? bounded(TiffDirectory.TILE_WIDTH, 0, 1 << 24) : width;
    long rows = tiled() ? bounded(TiffDirectory.TILE_LENGTH, 0, 1 << 24) : height;
    int tileHeight =
        (int)
            (tiled()
                ? rows
                : Math.min(height, Math.max(1, d.value(TiffDirectory.ROWS_PER_STRIP, height))));
    int across = (width + tileWidth - 1) / tileWidth;
    int down = (height + tileHeight - 1) / tileHeight;
    long[] offsets = offsets();
    long[] counts = counts(offsets);
    int planes = planar ? samples : 1;
    if (offsets.length < (long) across * down * planes) {
      throw ByteView.broken(
          "%d strips or tiles, expected %d"
              .formatted(offsets.length, (long) across * down * planes));
    }
    int[][] row = new int[samples][tileWidth];
    Slice[] data = new Slice[planes];
    for (int i = 0; i < across * down; i++) {
      deadline.check();
      int x0 = i % across * tileWidth;
      int y0 = i / across * tileHeight;
      int h = tiled() ? tileHeight : Math.min(tileHeight, height - y0);
      for (int p = 0; p < planes; p++) {
        int at = p * across * down + i;
        data[p] =
            unpacked(file, offsets[at], counts[at], rowBytes(tileWidth, plane(depths, p)) * h);
      }
      for (int y = 0; y < Math.min(h, height - y0); y++) {
        for (int p = 0; p < planes; p++) {
          numbers(data[p], y, tileWidth, plane(depths, p), planar ? p : 0, row);
        }
        for (int x = 0; x < Math.min(tileWidth, width - x0); x++) {
          colours.put(row, x, out, ((y0 + y) * width + x0 + x) * 3);
        }
      }
    }
    return out;
  }

  /** Depths of the samples that lie together. */
  private int[] plane(int[] depths, int p) {
    return planar ? new int[] {depths[p]} : depths;
  }

  private static long rowBytes(int w, int[] depths) {
    return ((long) w * Arrays.stream(depths).asLongStream().sum() + 7) / 8;
  }

  /** Bytes from a place on. */
  private record Slice(byte[] bytes, int from) {}

  private Slice unpacked(byte[] file, long offset, long count, long wanted) {
    if (wanted > Integer.MAX_VALUE - 16) {
      throw new HeadClipException("a strip of %d bytes, expected below 2 GiB".formatted(wanted));
    }
    byte[] bytes = file;
    int from = (int) offset;
    int n = (int) count;
    if (d.value(TiffDirectory.FILL_ORDER, 1) == 2) {
      bytes = Arrays.copyOfRange(bytes, from, from + n);
      for (int i = 0; i < n; i++) {
        bytes[i] = (byte) (Integer.reverse(bytes[i]) >>> 24);
      }
      from = 0;
    }
    return switch (compression) {
      case LZW -> new Slice(Unpack.lzw(bytes, from, n, (int) wanted), 0);
      case DEFLATE, OLD_DEFLATE -> new Slice(Unpack.deflate(bytes, from, n, (int) wanted), 0);
      case PACK_BITS -> new Slice(Unpack.packBits(bytes, from, n, (int) wanted), 0);
      default -> {
        if (n < wanted) {
          throw ByteView.broken("%d of %d bytes of a strip are there".formatted(n, wanted));
        }
        yield new Slice(bytes, from);
      }
    };
  }

  /** A row's numbers, after the predictor, for the samples from {@code first} on. */
  private void numbers(Slice data, int y, int w, int[] depths, int first, int[][] row) {
    boolean differences = d.value(TiffDirectory.PREDICTOR, 1) == 2;
    long bit = 8 * (data.from() + y * rowBytes(w, depths));
    for (int x = 0; x < w; x++) {
      for (int s = 0; s < depths.length; s++) {
        int value = number(data.bytes(), bit, depths[s]);
        bit += depths[s];
        if (differences && x > 0) {
          value += row[first + s][x - 1];
          value = depths[s] == 32 ? value : value & (1 << depths[s]) - 1;
        }
        row[first + s][x] = value;
      }
    }
  }

  /** Whole bytes follow the file's order; others are packed from the highest bit on. */
  private int number(byte[] bytes, long bit, int depth) {
    int at = (int) (bit >> 3);
    if ((depth & 7) == 0) {
      int value = 0;
      for (int i = 0; i < depth / 8; i++) {
        int place = v.little() ? at + depth / 8 - 1 - i : at + i;
        value = value << 8 | bytes[place] & 0xff;
      }
      return value;
    }
    long value = 0;
    int have = 0;
    int skip = (int) (bit & 7);
    for (; have < depth + skip; have += 8) {
      value = value << 8 | bytes[at++] & 0xff;
    }
    return (int) (value >> have - depth - skip & (1L << depth) - 1);
  }

  /** Samples to red, green and blue of 8 bits. */
  private final class Colours {
    private final double[] scale;
    private final long[] most;
    private final boolean keepNonZero;
    private final long[] map = d.values(TiffDirectory.COLOR_MAP);
    private final boolean shift = Arrays.stream(map).anyMatch(m -> m > 255);
    private final int base = photometric == RGB ? 3 : 1;
    private final boolean associated =
        samples > base && d.value(TiffDirectory.EXTRA, 0) == ASSOCIATED_ALPHA;

    Colours(int[] depths, boolean keepNonZero) {
      this.keepNonZero = keepNonZero;
      scale = new double[depths.length];
      most = new long[depths.length];
      for (int s = 0; s < depths.length; s++) {
        most[s] = (1L << depths[s]) - 1;
        scale[s] = 255.0 / most[s];
      }
    }

    void put(int[][] raw, int at, byte[] rgb, int to) {
      if (photometric == PALETTE) {
        int third = map.length / 3;
        int entry = raw[0][at];
        if (entry < 0 || entry >= third) {
          throw ByteView.broken("colour %d of a palette of %d".formatted(entry, third));
        }
        for (int c = 0; c < 3; c++) {
          long m = map[c * third + entry];
          rgb[to + c] = (byte) (shift ? m >> 8 : m);
        }
        return;
      }
      for (int c = 0; c < 3; c++) {
        int s = base == 3 ? c : 0;
        long value = raw[s][at] & 0xffffffffL;
        value = photometric == WHITE_IS_ZERO ? most[s] - value : value;
        int eight = (int) Math.round(value * scale[s]);
        if (associated) {
          eight =
              unmultiplied(eight, (int) Math.round((raw[base][at] & 0xffffffffL) * scale[base]));
        }
        rgb[to + c] = (byte) (keepNonZero && value > 0 && eight == 0 ? 1 : eight);
      }
    }

    /** As Pillow undoes it: what is wholly transparent is black. */
    private static int unmultiplied(int value, int alpha) {
      return alpha == 0 ? 0 : Math.min(255, value * 255 / alpha);
    }
  }
}
