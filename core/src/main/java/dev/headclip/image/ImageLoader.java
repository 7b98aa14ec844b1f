package dev.headclip.image;

import dev.headclip.HeadClipException;
import dev.headclip.internal.image.Container;
import dev.headclip.internal.image.Containers;
import dev.headclip.internal.image.Deadline;
import dev.headclip.internal.image.TiffFile;
import dev.headclip.internal.image.TiffPage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Decodes PNG, JPEG (CMYK too), TIFF, BMP, GIF and WebP by content, whatever the file's name;
 * turned as its orientation tag says. What is cut or damaged is an error, never half a picture.
 *
 * @param maxPixels images of more pixels are refused by their header, before decoding
 * @param maxTime an image that takes longer is an error
 */
public record ImageLoader(long maxPixels, Duration maxTime) {
  private static final long DEFAULT_MAX = 100_000_000;
  private static final Duration DEFAULT_TIME = Duration.ofSeconds(120);

  /** JPEG's own limit; lines of millions of pixels take decoders minutes. */
  private static final int LONGEST_SIDE = 65_535;

  public ImageLoader {
    if (maxPixels < 1 || maxPixels > Integer.MAX_VALUE / 3) {
      throw new IllegalArgumentException(
          "max_pixels is %d, expected 1 to %d".formatted(maxPixels, Integer.MAX_VALUE / 3));
    }
    if (maxTime.isNegative() || maxTime.isZero()) {
      throw new IllegalArgumentException(
          "max_seconds_per_image is %s, expected more than 0".formatted(maxTime.toMillis() / 1e3));
    }
  }

  /** Up to 100 million pixels and two minutes. */
  public static ImageLoader defaults() {
    return new ImageLoader(DEFAULT_MAX, DEFAULT_TIME);
  }

  public ImageLoader withMaxPixels(long pixels) {
    return new ImageLoader(pixels, maxTime);
  }

  public ImageLoader withMaxTime(Duration time) {
    return new ImageLoader(maxPixels, time);
  }

  /** The first picture of a file; errors are {@link HeadClipException}s that do not name it. */
  public RgbImage load(Path file) {
    return picture(file, 1).image();
  }

  /**
   * A picture of a file.
   *
   * @param page from 1 on
   * @throws HeadClipException in one line that does not name the file
   */
  public Picture picture(Path file, int page) {
    return decode(bytes(file), page, false);
  }

  /** A mask: what is not 0 in it stays so, however small. */
  public Picture mask(Path file) {
    return decode(bytes(file), 1, true);
  }

  /**
   * Size and orientation of a file's first picture.
   *
   * @param width columns as meant to be seen
   * @param height rows
   * @param orientation tag, 1 to 8
   */
  public record Header(int width, int height, int orientation) {
    static Header of(int storedWidth, int storedHeight, int orientation) {
      boolean swaps = Orientation.of(orientation).swaps();
      return new Header(
          swaps ? storedHeight : storedWidth, swaps ? storedWidth : storedHeight, orientation);
    }

    /** Of a decoded picture. */
    public static Header of(Picture p) {
      return new Header(p.image().width(), p.image().height(), p.orientation());
    }

    /** Columns as stored. */
    public int storedWidth() {
      return Orientation.of(orientation).swaps() ? height : width;
    }

    /** Rows as stored. */
    public int storedHeight() {
      return Orientation.of(orientation).swaps() ? width : height;
    }
  }

  /** Without decoding it. */
  public Header header(Path file) {
    return header(bytes(file), 1);
  }

  /**
   * Size and orientation of a picture in the bytes of an image file, without decoding it.
   *
   * @param page from 1 on
   */
  public Header header(byte[] bytes, int page) {
    ImageFormat format = format(bytes);
    try {
      if (format == ImageFormat.TIFF) {
        List<TiffPage> pages = TiffFile.read(bytes).pages();
        requirePage(page, pages.size());
        TiffPage p = pages.get(page - 1);
        return Header.of(p.width(), p.height(), p.orientation());
      }
      Container c = Containers.read(format.kind(), bytes);
      return Header.of(c.width(), c.height(), c.orientation());
    } catch (HeadClipException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new HeadClipException("corrupt or truncated image (%s)".formatted(message(e)), e);
    }
  }

  private static ImageFormat format(byte[] bytes) {
    ImageFormat format =
        ImageFormat.of(bytes)
            .orElseThrow(
                () ->
                    new HeadClipException(
                        "not an image that can be read, expected " + ImageFormat.READABLE));
    if (!format.readable()) {
      throw new HeadClipException(format.refusal());
    }
    return format;
  }

  /** How many pictures of a file are looked at one by one: pages of a TIFF, else one. */
  public int pages(Path file) {
    try {
      return ImageFormat.of(file).equals(Optional.of(ImageFormat.TIFF)) ? TiffFile.count(file) : 1;
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** The same of the bytes of an image file. */
  public int pages(byte[] bytes) {
    return ImageFormat.of(bytes).equals(Optional.of(ImageFormat.TIFF))
        ? TiffFile.read(bytes).pages().size()
        : 1;
  }

  private static byte[] bytes(Path file) {
    try {
      if (Files.isDirectory(file)) {
        throw new HeadClipException("a folder, expected an image file");
      }
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        throw new HeadClipException("no regular file, expected an image file");
      }
      long size = Files.size(file);
      if (size == 0) {
        throw new HeadClipException("the file is empty, expected an image");
      }
      if (size > Integer.MAX_VALUE - 16) {
        throw new HeadClipException("the file has %d bytes, expected below 2 GiB".formatted(size));
      }
      return Files.readAllBytes(file);
    } catch (java.nio.file.NoSuchFileException e) {
      throw new HeadClipException("no such file", e);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** Decodes a stream of an image file's bytes, read to its end. */
  public RgbImage load(InputStream in) {
    try {
      return decode(in.readAllBytes());
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** For whoever opens streams: the one line of an image that cannot be read. */
  public static HeadClipException unreadable(IOException e) {
    return new HeadClipException("cannot be read (%s)".formatted(message(e)), e);
  }

  /** The first picture in the bytes of an image file. */
  public RgbImage decode(byte[] bytes) {
    return decode(bytes, 1).image();
  }

  /** A picture in the bytes of an image file; {@code page}: from 1 on. */
  public Picture decode(byte[] bytes, int page) {
    return decode(bytes, page, false);
  }

  private Picture decode(byte[] bytes, int page, boolean keepNonZero) {
    ImageFormat format = format(bytes);
    Deadline deadline = Deadline.in(maxTime);
    try {
      return format == ImageFormat.TIFF
          ? page(TiffFile.read(bytes), bytes, page, keepNonZero, deadline)
          : only(Containers.read(format.kind(), bytes), page, keepNonZero, deadline);
    } catch (HeadClipException e) {
      throw e;
    } catch (IOException | RuntimeException | StackOverflowError e) {
      deadline.check();
      // decoders meet broken data with all kinds of exceptions
      throw new HeadClipException("corrupt or truncated image (%s)".formatted(message(e)), e);
    } catch (OutOfMemoryError e) {
      throw new HeadClipException("not enough memory to decode it; give Java more (-Xmx)", e);
    }
  }

  private Picture only(Container c, int page, boolean keepNonZero, Deadline deadline)
      throws IOException {
    requirePage(page, 1);
    checkSize(c.width(), c.height());
    RgbImage stored = Decoder.decode(c, keepNonZero, deadline);
    return new Picture(
        Orientation.of(c.orientation()).apply(stored),
        new Page(1, c.frames(), c.frames() > 1),
        ImageFormat.of(c.kind()),
        c.lossy(),
        c.orientation());
  }

  private Picture page(
      TiffFile file, byte[] bytes, int page, boolean keepNonZero, Deadline deadline)
      throws IOException {
    int pages = file.pages().size();
    requirePage(page, pages);
    TiffPage p = file.pages().get(page - 1);
    checkSize(p.width(), p.height());
    RgbImage stored =
        p.plain()
            ? new RgbImage(p.width(), p.height(), p.rgb(bytes, keepNonZero, deadline))
            : Decoder.tiff(bytes, p, keepNonZero, deadline);
    return new Picture(
        Orientation.of(p.orientation()).apply(stored),
        new Page(page, pages, false),
        ImageFormat.TIFF,
        p.lossy(),
        p.orientation());
  }

  private static void requirePage(int page, int pages) {
    if (page < 1 || page > pages) {
      throw new HeadClipException("no page %d, there are %d".formatted(page, pages));
    }
  }

  private void checkSize(int width, int height) {
    if ((long) width * height > maxPixels) {
      throw new HeadClipException(
          "%d x %d pixels, more than the limit of %d; raise max_pixels"
              .formatted(width, height, maxPixels));
    }
    if (Math.max(width, height) > LONGEST_SIDE) {
      throw new HeadClipException(
          "%d x %d pixels, no side may be longer than %d".formatted(width, height, LONGEST_SIDE));
    }
    if (width < 1 || height < 1) {
      throw new HeadClipException(
          "corrupt or truncated image (%d x %d pixels)".formatted(width, height));
    }
  }

  static String message(Throwable e) {
    String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return text.lines().findFirst().orElse("").strip();
  }
}
