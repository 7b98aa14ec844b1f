package dev.headclip.image;

import dev.headclip.HeadClipException;
import dev.headclip.internal.image.Container;
import dev.headclip.internal.image.Deadline;
import dev.headclip.internal.image.TiffPage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** The libraries' decoders, held to what was announced, to a deadline, and to the data's end. */
final class Decoder {
  /** The look-ahead of the WebP decoders: one that stops further before the end met damage. */
  private static final int WEBP_SLACK = 9;

  /** Of libjpeg's warnings, those that mean damaged data. */
  private static final List<String> DAMAGE =
      List.of("premature", "corrupt jpeg data", "bad huffman", "inconsistent progression");

  /** Bytes left over before the end marker are harmless where they are few, or padding. */
  private static final Pattern LEFT_OVER =
      Pattern.compile("(\\d+) extraneous bytes before marker 0xd9");

  private static final int FEW = 16;

  private Decoder() {}

  static RgbImage decode(Container c, boolean keepNonZero, Deadline deadline) throws IOException {
    try (Watched in = new Watched(c.picture(), deadline)) {
      BufferedImage image = read(in, 0, c.width(), c.height(), c.picture());
      long end = in.getStreamPosition();
      if (c.kind() == Container.Kind.WEBP && end < c.picture().length - WEBP_SLACK) {
        throw new IOException(
            "its picture ends at byte %d of %d".formatted(end, c.picture().length));
      }
      return Samples.toRgb(image, keepNonZero);
    }
  }

  static RgbImage tiff(byte[] bytes, TiffPage p, boolean keepNonZero, Deadline deadline)
      throws IOException {
    try (Watched in = new Watched(bytes, deadline)) {
      return Samples.toRgb(read(in, p.index(), p.width(), p.height(), new byte[0]), keepNonZero);
    }
  }

  private static BufferedImage read(Watched in, int index, int width, int height, byte[] jpeg)
      throws IOException {
    Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
    if (!readers.hasNext()) {
      throw new IOException("no decoder takes it");
    }
    ImageReader reader = readers.next();
    try {
      reader.setInput(in, false, true);
      Stream.Builder<String> warnings = Stream.builder();
      reader.addIIOReadWarningListener((source, text) -> warnings.add(text));
      if (reader.getWidth(index) != width || reader.getHeight(index) != height) {
        throw new IOException(
            "%d x %d pixels, the header says %d x %d"
                .formatted(reader.getWidth(index), reader.getHeight(index), width, height));
      }
      BufferedImage image = reader.read(index);
      if (image == null) {
        throw new IOException("nothing decoded");
      }
      for (String text : warnings.build().toList()) {
        if (damage(text, jpeg)) {
          throw new IOException(text);
        }
      }
      return image;
    } finally {
      reader.dispose();
    }
  }

  /** Decoders fill what is missing with grey and only warn. */
  private static boolean damage(String warning, byte[] jpeg) {
    String w = warning.toLowerCase(Locale.ROOT);
    Matcher rest = LEFT_OVER.matcher(w);
    boolean padding = rest.find() && isPadding(jpeg, new BigInteger(rest.group(1)));
    return !padding && DAMAGE.stream().anyMatch(w::contains);
  }

  /** Whether that many bytes before the end marker are few, or all alike. */
  private static boolean isPadding(byte[] jpeg, BigInteger count) {
    int end = jpeg.length - 2;
    int n = count.bitLength() > 31 ? Integer.MAX_VALUE : count.intValue();
    if (n <= FEW || n > end) {
      return n <= FEW;
    }
    for (int i = end - n; i < end; i++) {
      if (jpeg[i] != jpeg[end - 1]) {
        return false;
      }
    }
    return true;
  }

  /** A file in memory that stops being read when the time is over. */
  private static final class Watched extends MemoryCacheImageInputStream {
    /** Looking ahead, decoders ask for a few bytes beyond the end; lost ones go on asking. */
    private static final int MOST_BEYOND = 64;

    private final Deadline deadline;
    private int beyond;

    Watched(byte[] bytes, Deadline deadline) {
      super(new ByteArrayInputStream(bytes));
      this.deadline = deadline;
    }

    @Override
    public int read() throws IOException {
      deadline.check();
      return counted(super.read());
    }

    private int counted(int read) {
      if (read < 0 && ++beyond > MOST_BEYOND) {
        throw new HeadClipException("corrupt or truncated image (its data end too early)");
      }
      return read;
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
      deadline.check();
      return counted(super.read(b, off, len));
    }
  }
}
