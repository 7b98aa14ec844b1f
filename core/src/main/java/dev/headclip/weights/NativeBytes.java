package dev.headclip.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.util.function.Consumer;

/**
 * Little-endian buffers outside Java's memory that are given back at once: loading gigabytes must
 * not leave gigabytes behind.
 */
final class NativeBytes {
  /** Elements converted at a time, so that buffers are read and written in bulk. */
  private static final int CHUNK = 8192;

  private NativeBytes() {}

  /** A buffer of {@code size} bytes for the duration of {@code use}. */
  static void with(int size, Consumer<ByteBuffer> use) {
    NativeMemory.HERE.with(size, b -> use.accept(b.order(ByteOrder.LITTLE_ENDIAN)));
  }

  /** A part of a file, to be read for the duration of {@code use}. */
  static void map(FileChannel file, long from, int count, Consumer<ByteBuffer> use)
      throws IOException {
    NativeMemory.HERE.map(file, from, count, b -> use.accept(b.order(ByteOrder.LITTLE_ENDIAN)));
  }

  /** {@code from} as float32 for the duration of {@code use}; no copy where it is that already. */
  static void asFloats(ByteBuffer from, DType dtype, int elements, Consumer<ByteBuffer> use) {
    if (dtype == DType.F32) {
      use.accept(from);
      return;
    }
    with(
        Math.multiplyExact(elements, 4),
        to -> {
          FloatBuffer floats = to.asFloatBuffer();
          float[] some = new float[Math.min(elements, CHUNK)];
          for (int i = 0; i < elements; i += CHUNK) {
            int count = Math.min(CHUNK, elements - i);
            dtype.get(from, i, some, count);
            floats.put(some, 0, count);
          }
          use.accept(to);
        });
  }
}
