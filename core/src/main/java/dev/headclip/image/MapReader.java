package dev.headclip.image;

import dev.headclip.HeadClipException;
import dev.headclip.internal.files.RegularFiles;
import dev.headclip.map.AnomalyMap;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Reads anomaly maps of any tool: NumPy's npy of numbers or truth values in either order, grey PNG
 * and TIFF of 8 or 16 bits (scaled to 0..1, as npy of uint8 and uint16 are), TIFF of floats.
 */
public final class MapReader {
  private static final byte[] NPY = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final Pattern DTYPE = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9, ]*)\\)");
  private static final Pattern FORTRAN = Pattern.compile("'fortran_order'\\s*:\\s*True");
  private static final long MOST_PIXELS = 100_000_000;

  private MapReader() {}

  /** As floats; errors are {@link HeadClipException}s that name the file. */
  public static AnomalyMap read(Path file) {
    return exact(file).map();
  }

  /** With every digit; errors are {@link HeadClipException}s that name the file. */
  public static ExactMap exact(Path file) {
    try {
      byte[] bytes = RegularFiles.bytes(file);
      boolean npy = bytes.length > 10 && Arrays.equals(bytes, 0, NPY.length, NPY, 0, NPY.length);
      return npy ? npy(bytes) : picture(bytes);
    } catch (java.nio.file.NoSuchFileException e) {
      throw new HeadClipException("%s: no such map".formatted(file), e);
    } catch (HeadClipException e) {
      throw new HeadClipException("%s: %s".formatted(file, e.getMessage()), e);
    } catch (IOException | RuntimeException e) {
      // decoders meet broken data with all kinds of exceptions
      throw new HeadClipException("%s: not a map that can be read (%s)".formatted(file, e), e);
    }
  }

  private static ExactMap npy(byte[] bytes) {
    ByteBuffer b = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int version = bytes[6];
    long length = version == 1 ? b.getShort(8) & 0xffff : b.getInt(8) & 0xffffffffL;
    int start = version == 1 ? 10 : 12;
    if (version < 1 || version > 3 || start + length > bytes.length) {
      throw new HeadClipException(
          "npy version %d with a header of %d bytes".formatted(version, length));
    }
    String header = new String(bytes, start, (int) length, StandardCharsets.ISO_8859_1);
    Matcher dtype = DTYPE.matcher(header);
    Matcher shape = SHAPE.matcher(header);
    if (!dtype.find() || !shape.find()) {
      throw new HeadClipException(
          "npy header %s, expected descr and shape".formatted(header.strip()));
    }
    long[] sizes = sizes(shape.group(1));
    int n = (int) (sizes[0] * sizes[1]);
    int data = start + (int) length;
    NpyType type = NpyType.of(dtype.group(1));
    if (bytes.length - data < (long) n * type.bytes()) {
      throw new HeadClipException(
          "%d bytes of data, expected %d".formatted(bytes.length - data, (long) n * type.bytes()));
    }
    boolean columns = FORTRAN.matcher(header).find();
    int width = (int) sizes[1];
    int height = (int) sizes[0];
    double[] values = new double[n];
    b.order(type.order());
    for (int i = 0; i < n; i++) {
      int place = columns ? i % width * height + i / width : i;
      values[i] = type.value(b, data + place * type.bytes());
    }
    return new ExactMap(width, height, values);
  }

  /** Height and width, where other sizes are 1. */
  private static long[] sizes(String text) {
    long[] sizes =
        Arrays.stream(text.split(","))
            .map(String::strip)
            .filter(s -> !s.isEmpty())
            .mapToLong(Long::parseLong)
            .toArray();
    if (sizes.length > 2) {
      // (1, 1, height, width)
      sizes = Arrays.stream(sizes).filter(s -> s != 1).toArray();
    }
    if (sizes.length != 2
        || sizes[0] < 1
        || sizes[1] < 1
        || sizes[0] > MOST_PIXELS
        || sizes[0] * sizes[1] > MOST_PIXELS) {
      throw new HeadClipException("shape (%s), expected (height, width)".formatted(text));
    }
    return sizes;
  }

  private static ExactMap picture(byte[] bytes) throws IOException {
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      var readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new HeadClipException("not a map, expected npy, or grey PNG or TIFF");
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in);
        if ((long) reader.getWidth(0) * reader.getHeight(0) > MOST_PIXELS) {
          throw new HeadClipException(
              "%d x %d pixels, more than %d"
                  .formatted(reader.getWidth(0), reader.getHeight(0), MOST_PIXELS));
        }
        return grey(reader.read(0));
      } finally {
        reader.dispose();
      }
    }
  }

  private static ExactMap grey(BufferedImage image) {
    if (image.getColorModel() instanceof java.awt.image.IndexColorModel) {
      throw new HeadClipException("a picture with a palette, expected grey");
    }
    Raster r = image.getRaster();
    if (r.getNumBands() != 1) {
      throw new HeadClipException("%d channels, expected one".formatted(r.getNumBands()));
    }
    double scale =
        switch (r.getDataBuffer().getDataType()) {
          case DataBuffer.TYPE_BYTE -> 1 / 255.0;
          case DataBuffer.TYPE_USHORT -> 1 / 65535.0;
          case DataBuffer.TYPE_FLOAT, DataBuffer.TYPE_DOUBLE -> 1;
          default ->
              throw new HeadClipException(
                  "samples of an unusual type, expected 8, 16 bits or float");
        };
    double[] values = r.getSamples(0, 0, r.getWidth(), r.getHeight(), 0, (double[]) null);
    for (int i = 0; i < values.length && scale != 1; i++) {
      values[i] = (float) (values[i] * scale);
    }
    return new ExactMap(r.getWidth(), r.getHeight(), values);
  }
}
