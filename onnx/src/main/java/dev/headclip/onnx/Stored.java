package dev.headclip.onnx;

import dev.headclip.tensor.Half;
import dev.headclip.tensor.HostTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.util.function.Supplier;

/**
 * A constant tensor of a graph, made when it is written.
 *
 * @param type of its elements
 * @param shape sizes
 * @param bytes its little-endian content, from the start of the buffer
 */
record Stored(ElementType type, long[] shape, Supplier<ByteBuffer> bytes) {
  static Stored floats(long[] shape, Supplier<float[]> values) {
    return new Stored(ElementType.FLOAT, shape, () -> little(values.get()));
  }

  static Stored of(HostTensor t) {
    return floats(t.shape(), t::data);
  }

  static Stored longs(long... values) {
    return new Stored(
        ElementType.INT64,
        new long[] {values.length},
        () -> {
          ByteBuffer b = buffer(8 * values.length);
          b.asLongBuffer().put(values);
          return b;
        });
  }

  static Stored bytes(long[] shape, Supplier<byte[]> values) {
    return new Stored(ElementType.INT8, shape, () -> ByteBuffer.wrap(values.get()));
  }

  /** The same float32 numbers, rounded to half precision. */
  Stored halved() {
    return new Stored(
        ElementType.FLOAT16,
        shape,
        () -> {
          FloatBuffer wide = bytes.get().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
          ByteBuffer b = buffer(2 * wide.remaining());
          ShortBuffer narrow = b.asShortBuffer();
          while (wide.hasRemaining()) {
            narrow.put(Half.fromFloat(wide.get()));
          }
          return b;
        });
  }

  long length() {
    return HostTensor.elements(shape) * type.bytes();
  }

  static ByteBuffer little(float[] values) {
    ByteBuffer b = buffer(Math.multiplyExact(4, values.length));
    b.asFloatBuffer().put(values);
    return b;
  }

  static ByteBuffer buffer(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }
}
