package dev.headclip.image;

import dev.headclip.HeadClipException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What parts of an image the network sees, one after the other: squares at the image's own
 * resolution, or the whole of it.
 *
 * @param kind how squares are found
 * @param number of squares along the longer side, or their side in pixels
 * @param keepAspect whether a whole image keeps its shape, mirrored at its borders to a square
 */
public record Tiling(Kind kind, int number, boolean keepAspect) {
  /** How squares are found. */
  public enum Kind {
    /** The whole image is the only part. */
    NONE,
    /** Squares of the network's own size, larger ones where these would be more than 100. */
    AUTO,
    /** A number along the longer side. */
    COUNT,
    /** A side in pixels. */
    PIXELS
  }

  /** Neighbours share at least this part of their side. */
  public static final double OVERLAP = 0.125;

  private static final int MOST_AUTO = 100;
  private static final int MOST = 20_000;

  /** Smaller numbers are counts. */
  private static final int SMALLEST_SIDE = 64;

  /** An image hardly larger than the network's input gains nothing by squares. */
  private static final double LARGER = 1.5;

  public Tiling {
    if (kind == Kind.COUNT && (number < 1 || number >= SMALLEST_SIDE)
        || kind == Kind.PIXELS && number < SMALLEST_SIDE) {
      throw new HeadClipException(
          "tiles %d, expected auto, 1 to %d along the longer side, or %d pixels and more"
              .formatted(number, SMALLEST_SIDE - 1, SMALLEST_SIDE));
    }
  }

  /** The whole image, squashed to a square. */
  public static Tiling none() {
    return new Tiling(Kind.NONE, 0, false);
  }

  /** {@code none, auto}, a number of squares along the longer side, or pixels from 64 on. */
  public static Tiling parse(String text, boolean keepAspect) {
    String t = text.strip().toLowerCase(Locale.ROOT);
    if (t.equals("none") || t.equals("auto")) {
      return new Tiling(Kind.valueOf(t.toUpperCase(Locale.ROOT)), 0, keepAspect);
    }
    if (!t.matches("\\d{1,6}(px)?")) {
      throw new HeadClipException(
          "tiles %s, expected none, auto, a number of squares or their side in pixels"
              .formatted(text));
    }
    int n = Integer.parseInt(t.replace("px", ""));
    boolean pixels = t.endsWith("px") || n >= SMALLEST_SIDE;
    return new Tiling(pixels ? Kind.PIXELS : Kind.COUNT, n, keepAspect);
  }

  /** Whether every image is seen whole and squashed, as without any tiling. */
  public boolean plain() {
    return kind == Kind.NONE && !keepAspect;
  }

  /**
   * A part of an image; it may reach beyond the image, which is mirrored there.
   *
   * @param x left edge, pixels
   * @param y upper edge
   * @param width of it
   * @param height of it
   */
  public record Part(int x, int y, int width, int height) {}

  /**
   * The parts of an image, row by row.
   *
   * @param network side of the network's input
   * @throws HeadClipException where they are too many
   */
  public List<Part> parts(int width, int height, int network) {
    int side = side(width, height, network);
    if (side == 0) {
      return List.of(whole(width, height));
    }
    int columns = count(width, side);
    int rows = count(height, side);
    if ((long) columns * rows > MOST) {
      throw new HeadClipException(
          "%d x %d tiles of %d pixels, expected at most %d in all; name larger ones"
              .formatted(columns, rows, side, MOST));
    }
    List<Part> all = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        all.add(
            new Part(at(column, columns, width, side), at(row, rows, height, side), side, side));
      }
    }
    return all;
  }

  private Part whole(int width, int height) {
    if (!keepAspect || width == height) {
      return new Part(0, 0, width, height);
    }
    int side = Math.max(width, height);
    return new Part((width - side) / 2, (height - side) / 2, side, side);
  }

  /** Of a square; 0 for the whole image. */
  private int side(int width, int height, int network) {
    int longer = Math.max(width, height);
    int shorter = Math.min(width, height);
    return switch (kind) {
      case NONE -> 0;
      case PIXELS -> number >= longer ? 0 : Math.min(number, shorter);
      case COUNT -> {
        // n squares that overlap cover n - (n - 1) overlap of a side
        double of = number - (number - 1) * OVERLAP;
        yield number == 1 ? 0 : Math.min((int) Math.ceil(longer / of), shorter);
      }
      case AUTO -> {
        if (longer < LARGER * network) {
          yield 0;
        }
        int side = Math.min(network, shorter);
        while (count(width, side) * (long) count(height, side) > MOST_AUTO && side < shorter) {
          side = Math.min(shorter, side + side / 8 + 1);
        }
        yield side;
      }
    };
  }

  private static int count(int length, int side) {
    if (side >= length) {
      return 1;
    }
    double step = side * (1 - OVERLAP);
    return 1 + (int) Math.ceil((length - side) / step);
  }

  /** Evenly from end to end. */
  private static int at(int i, int count, int length, int side) {
    return count == 1
        ? (length - side) / 2
        : (int) Math.round((double) i * (length - side) / (count - 1));
  }

  /** The pixels of a part. */
  public static RgbImage cut(RgbImage image, Part p) {
    boolean inside =
        p.x >= 0 && p.y >= 0 && p.x + p.width <= image.width() && p.y + p.height <= image.height();
    if (inside) {
      boolean all = p.width == image.width() && p.height == image.height();
      return all ? image : image.crop(p.x, p.y, p.width, p.height);
    }
    RgbImage out = RgbImage.blank(p.width, p.height);
    for (int y = 0; y < p.height; y++) {
      int v = mirrored(p.y + y, image.height());
      for (int x = 0; x < p.width; x++) {
        int u = mirrored(p.x + x, image.width());
        System.arraycopy(
            image.rgb(), 3 * (v * image.width() + u), out.rgb(), 3 * (y * p.width + x), 3);
      }
    }
    return out;
  }

  private static int mirrored(int at, int size) {
    int m = Math.floorMod(at, 2 * size);
    return m < size ? m : 2 * size - 1 - m;
  }

  /** As {@link #parse} reads it; "fit" behind it where a whole image keeps its shape. */
  public String text() {
    String parts =
        switch (kind) {
          case NONE, AUTO -> kind.name().toLowerCase(Locale.ROOT);
          case COUNT -> String.valueOf(number);
          case PIXELS -> number + "px";
        };
    return keepAspect ? parts + " fit" : parts;
  }

  /** What {@link #text} wrote. */
  public static Tiling of(String text) {
    boolean fit = text.endsWith(" fit");
    return parse(fit ? text.substring(0, text.length() - 4) : text, fit);
  }
}
