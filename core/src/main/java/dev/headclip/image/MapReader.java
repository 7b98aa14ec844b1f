package dev.headclip.image;

import dev.headclip.HeadClipException;
import dev.headclip.map.AnomalyMap;
import dev.headclip.tensor.Half;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Reads anomaly maps of any tool: NumPy's npy, grey PNG and TIFF of 8 or 16 bits (scaled to 0..1),
 * TIFF of 32-bit floats (as they are).
 */
public final class MapReader {
  private static final byte[] NPY = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final Pattern DTYPE = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9, ]*)\\)");
  private static final Pattern FORTRAN = Pattern.compile("'fortran_order'\\s*:\\s*True");
  private static final long MOST_PIXELS = 100_000_000;

  private MapReader() {}

  /** Errors are {@link HeadClipException}s that name the file. */
  public static AnomalyMap read(Path file) {
    try {
      if (Files.size(file) > Integer.MAX_VALUE - 16) {
        throw new HeadClipException("the file is larger than 2 GiB");
      }
      byte[] bytes = Files.readAllBytes(file);
      boolean npy =
          bytes.length > 10 && java.util.Arrays.equals(bytes, 0, NPY.length, NPY, 0, NPY.length);
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

  private static AnomalyMap npy(byte[] bytes) {
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
    if (!dtype.find() || !shape.find() || FORTRAN.matcher(header).find()) {
      throw new HeadClipException("npy header %s, expected C order".formatted(header.strip()));
    }
    long[] sizes =
        java.util.Arrays.stream(shape.group(1).split(","))
            .map(String::strip)
            .filter(s -> !s.isEmpty())
            .mapToLong(Long::parseLong)
            .toArray();
    if (sizes.length > 2) {
      // (1, 1, height, width)
      sizes = java.util.Arrays.stream(sizes).filter(s -> s != 1).toArray();
    }
    if (sizes.length != 2 || sizes[0] > MOST_PIXELS || sizes[0] * sizes[1] > MOST_PIXELS) {
      throw new HeadClipException("shape (%s), expected (height, width)".formatted(shape.group(1)));
    }
    int n = (int) (sizes[0] * sizes[1]);
    int data = start + (int) length;
    int each = width(dtype.group(1));
    if (bytes.length - data < (long) n * each) {
      throw new HeadClipException(
          "%d bytes of data, expected %d".formatted(bytes.length - data, (long) n * each));
    }
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = value(b, dtype.group(1), data + i * each);
    }
    return new AnomalyMap((int) sizes[1], (int) sizes[0], values);
  }

  private static int width(String dtype) {
    return switch (dtype) {
      case "<f4" -> 4;
      case "<f8" -> 8;
      case "<f2", "<u2" -> 2;
      case "|u1" -> 1;
      default ->
          throw new HeadClipException(
              "npy of type %s, expected little-endian float32, float64, float16, uint8 or uint16"
                  .formatted(dtype));
    };
  }

  private static float value(ByteBuffer b, String dtype, int at) {
    return switch (dtype) {
      case "<f4" -> b.getFloat(at);
      case "<f8" -> (float) b.getDouble(at);
      case "<f2" -> Half.toFloat(b.getShort(at));
      case "<u2" -> (b.getShort(at) & 0xffff) / 65535f;
      default -> (b.get(at) & 0xff) / 255f;
    };
  }

  private static AnomalyMap picture(byte[] bytes) throws IOException {
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

  private static AnomalyMap grey(BufferedImage image) {
    if (image.getColorModel() instanceof java.awt.image.IndexColorModel) {
      throw new HeadClipException("a picture with a palette, expected grey");
    }
    Raster r = image.getRaster();
    if (r.getNumBands() != 1) {
      throw new HeadClipException("%d channels, expected one".formatted(r.getNumBands()));
    }
    float scale =
        switch (r.getDataBuffer().getDataType()) {
          case DataBuffer.TYPE_BYTE -> 1 / 255f;
          case DataBuffer.TYPE_USHORT -> 1 / 65535f;
          case DataBuffer.TYPE_FLOAT, DataBuffer.TYPE_DOUBLE -> 1;
          default ->
              throw new HeadClipException(
                  "samples of an unusual type, expected 8, 16 bits or float");
        };
    float[] values = r.getSamples(0, 0, r.getWidth(), r.getHeight(), 0, (float[]) null);
    for (int i = 0; i < values.length; i++) {
      values[i] *= scale;
    }
    return new AnomalyMap(r.getWidth(), r.getHeight(), values);
  }
}
