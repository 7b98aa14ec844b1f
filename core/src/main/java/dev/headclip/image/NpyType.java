package dev.headclip.image;

import dev.headclip.HeadClipException;
import dev.headclip.tensor.Half;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * NumPy's name of a number's form: byte order, kind, bytes.
 *
 * @param order of bytes
 * @param kind f floating point, i and u integers, b truth values
 * @param bytes of a number
 */
record NpyType(ByteOrder order, char kind, int bytes) {
  private static final long EXACT = 1L << 53;

  static NpyType of(String text) {
    if (!text.matches("[<>|=](f[248]|[iu][1248]|b1)")) {
      throw new HeadClipException(
          "npy of type %s, expected floats, integers or truth values".formatted(text));
    }
    ByteOrder order = text.charAt(0) == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    return new NpyType(order, text.charAt(1), text.charAt(2) - '0');
  }

  /** uint8 and uint16 are scaled to 0..1, as pictures are. */
  double value(ByteBuffer b, int at) {
    return switch (kind) {
      case 'f' ->
          bytes == 8 ? b.getDouble(at) : bytes == 4 ? b.getFloat(at) : Half.toFloat(b.getShort(at));
      case 'b' -> b.get(at) == 0 ? 0 : 1;
      case 'u' ->
          switch (bytes) {
            case 1 -> (b.get(at) & 0xff) / 255f;
            case 2 -> (b.getShort(at) & 0xffff) / 65535f;
            case 4 -> b.getInt(at) & 0xffffffffL;
            default -> exact(b.getLong(at));
          };
      default ->
          switch (bytes) {
            case 1 -> b.get(at);
            case 2 -> b.getShort(at);
            case 4 -> b.getInt(at);
            default -> exact(b.getLong(at));
          };
    };
  }

  private static double exact(long value) {
    if (value > EXACT || value < -EXACT) {
      throw new HeadClipException("%d in a map, expected at most 2^53".formatted(value));
    }
    return value;
  }
}
