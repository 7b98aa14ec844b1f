package dev.headclip.weights;

import dev.headclip.tensor.Half;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Element types of weight files; all convert to float32. */
public enum DType {
  F64(8),
  F32(4),
  F16(2),
  BF16(2),
  I64(8),
  I32(4),
  I16(2),
  I8(1),
  U8(1),
  BOOL(1);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  public int bytes() {
    return bytes;
  }

  static Optional<DType> named(String name) {
    for (DType d : values()) {
      if (d.name().equals(name)) {
        return Optional.of(d);
      }
    }
    return Optional.empty();
  }

  /** Element {@code index} of a little-endian buffer. */
  float get(ByteBuffer b, int index) {
    int at = index * bytes;
    return switch (this) {
      case F64 -> (float) b.getDouble(at);
      case F32 -> b.getFloat(at);
      case F16 -> Half.toFloat(b.getShort(at));
      case BF16 -> Float.intBitsToFloat(b.getShort(at) << 16);
      case I64 -> b.getLong(at);
      case I32 -> b.getInt(at);
      case I16 -> b.getShort(at);
      case I8 -> b.get(at);
      case U8, BOOL -> b.get(at) & 0xff;
    };
  }
}
