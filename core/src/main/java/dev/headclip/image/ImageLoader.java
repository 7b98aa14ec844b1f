package dev.headclip.image;

import com.drew.imaging.ImageMetadataReader;
import com.drew.imaging.ImageProcessingException;
import com.drew.metadata.exif.ExifIFD0Directory;
import dev.headclip.HeadClipException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes PNG, JPEG (CMYK too), TIFF, BMP, GIF and WebP by content, whatever the file's name; the
 * first picture of several; turned as its orientation tag says.
 *
 * @param maxPixels images of more pixels are refused by their header, before decoding
 */
public record ImageLoader(long maxPixels) {
  /** Name endings that count as images when a folder is searched. */
  private static final Set<String> ENDINGS =
      Set.of("png", "jpg", "jpeg", "jpe", "tif", "tiff", "bmp", "gif", "webp");

  private static final long DEFAULT_MAX = 100_000_000;

  /** JPEG's own limit; lines of millions of pixels take decoders minutes. */
  private static final int LONGEST_SIDE = 65_535;

  public ImageLoader {
    if (maxPixels < 1 || maxPixels > Integer.MAX_VALUE / 3) {
      throw new IllegalArgumentException(
          "max_pixels is %d, expected 1 to %d".formatted(maxPixels, Integer.MAX_VALUE / 3));
    }
  }

  /** Up to 100 million pixels. */
  public static ImageLoader defaults() {
    return new ImageLoader(DEFAULT_MAX);
  }

  /** Whether a file's name ends like an image's. */
  public static boolean looksLikeImage(Path file) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot >= 0
        && !name.startsWith(".")
        && ENDINGS.contains(name.substring(dot + 1).toLowerCase(Locale.ROOT));
  }

  /** Decodes a file; errors are {@link HeadClipException}s that do not name the file. */
  public RgbImage load(Path file) {
    try {
      long size = Files.size(file);
      if (Files.isDirectory(file)) {
        throw new HeadClipException("a folder, expected an image file");
      }
      if (size == 0) {
        throw new HeadClipException("the file is empty, expected an image");
      }
      if (size > Integer.MAX_VALUE - 16) {
        throw new HeadClipException("the file has %d bytes, expected below 2 GiB".formatted(size));
      }
      return decode(Files.readAllBytes(file));
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

  /** Decodes the bytes of an image file. */
  public RgbImage decode(byte[] bytes) {
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new HeadClipException(
            "not an image that can be read, expected PNG, JPEG, TIFF, BMP, GIF or WebP");
      }
      ImageReader reader = readers.next();
      try {
        BufferedImage image = read(reader, in);
        return Orientation.of(orientation(bytes)).apply(Samples.toRgb(image));
      } finally {
        reader.dispose();
      }
    } catch (HeadClipException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // decoders meet broken data with all kinds of exceptions
      throw new HeadClipException("corrupt or truncated image (%s)".formatted(message(e)), e);
    } catch (OutOfMemoryError e) {
      throw new HeadClipException("not enough memory to decode it; give Java more (-Xmx)", e);
    }
  }

  private BufferedImage read(ImageReader reader, ImageInputStream in) throws IOException {
    reader.setInput(in, false, false);
    String[] warning = new String[1];
    reader.addIIOReadWarningListener((source, text) -> warning[0] = text);
    long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
    if (pixels > maxPixels) {
      throw new HeadClipException(
          "%d x %d pixels, more than the limit of %d; raise max_pixels"
              .formatted(reader.getWidth(0), reader.getHeight(0), maxPixels));
    }
    if (Math.max(reader.getWidth(0), reader.getHeight(0)) > LONGEST_SIDE) {
      throw new HeadClipException(
          "%d x %d pixels, no side may be longer than %d"
              .formatted(reader.getWidth(0), reader.getHeight(0), LONGEST_SIDE));
    }
    BufferedImage image = reader.read(0);
    if (image == null) {
      throw new IOException("nothing decoded");
    }
    // the JPEG decoder fills what is missing with grey and only warns
    if (warning[0] != null && warning[0].toLowerCase(Locale.ROOT).contains("premature")) {
      throw new IOException(warning[0]);
    }
    return image;
  }

  private static int orientation(byte[] bytes) {
    try {
      ExifIFD0Directory exif =
          ImageMetadataReader.readMetadata(new ByteArrayInputStream(bytes))
              .getFirstDirectoryOfType(ExifIFD0Directory.class);
      Integer tag = exif == null ? null : exif.getInteger(ExifIFD0Directory.TAG_ORIENTATION);
      return tag == null ? 1 : tag;
    } catch (ImageProcessingException | IOException | RuntimeException e) {
      // a picture with unreadable metadata is still a picture
      return 1;
    }
  }

  private static String message(Throwable e) {
    String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return text.lines().findFirst().orElse("").strip();
  }
}
