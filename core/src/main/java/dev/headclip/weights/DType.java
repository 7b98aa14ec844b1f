package dev.headclip.weights;

import dev.headclip.tensor.Half;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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

  /** Elements {@code from} to {@code from + count} of a little-endian buffer. */
  void get(ByteBuffer b, int from, float[] to, int count) {
    if (this != F16 && this != BF16) {
      for (int i = 0; i < count; i++) {
        to[i] = get(b, from + i);
      }
      return;
    }
    // what large weights are stored in: read in one go
    short[] halves = new short[count];
    ByteBuffer part = b.slice(from * bytes, count * bytes).order(ByteOrder.LITTLE_ENDIAN);
    part.asShortBuffer().get(halves);
    for (int i = 0; i < count; i++) {
      to[i] = half(halves[i]);
    }
  }

  /** Element {@code index} of a little-endian buffer. */
  float get(ByteBuffer b, int index) {
    int at = index * bytes;
    return switch (this) {
      case F64 -> (float) b.getDouble(at);
      case F32 -> b.getFloat(at);
      case F16, BF16 -> half(b.getShort(at));
      case I64 -> b.getLong(at);
      case I32 -> b.getInt(at);
      case I16 -> b.getShort(at);
      case I8 -> b.get(at);
      case U8, BOOL -> b.get(at) & 0xff;
    };
  }

  private float half(short bits) {
    return this == F16 ? Half.toFloat(bits) : Float.intBitsToFloat(bits << 16);
  }
}
