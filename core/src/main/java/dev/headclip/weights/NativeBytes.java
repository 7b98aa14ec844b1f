package dev.headclip.weights;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;

/**
 * Direct buffers that are given back at once instead of at some later garbage collection: loading
 * gigabytes must not leave gigabytes behind.
 */
final class NativeBytes {
  private static final Object UNSAFE;
  private static final Method INVOKE_CLEANER;

  static {
    try {
      Class<?> unsafe = Class.forName("sun.misc.Unsafe");
      Field field = unsafe.getDeclaredField("theUnsafe");
      field.setAccessible(true);
      UNSAFE = field.get(null);
      INVOKE_CLEANER = unsafe.getMethod("invokeCleaner", ByteBuffer.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private NativeBytes() {}

  /** A little-endian direct buffer of {@code size} bytes for the duration of {@code use}. */
  static void with(int size, Consumer<ByteBuffer> use) {
    ByteBuffer b = ByteBuffer.allocateDirect(size);
    try {
      use.accept(b.order(ByteOrder.LITTLE_ENDIAN));
    } finally {
      free(b);
    }
  }

  /** Frees a buffer from allocateDirect or a mapping; it must not be touched afterwards. */
  static void free(ByteBuffer original) {
    try {
      INVOKE_CLEANER.invoke(UNSAFE, original);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
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
          for (int i = 0; i < elements; i++) {
            to.putFloat(i * 4, dtype.get(from, i));
          }
          use.accept(to);
        });
  }
}
