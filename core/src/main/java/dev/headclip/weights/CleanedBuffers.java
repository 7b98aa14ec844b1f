package dev.headclip.weights;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.function.Consumer;

/** Direct buffers whose cleaner is called: all that Java 17 to 21 have. */
final class CleanedBuffers implements NativeMemory {
  private final Object unsafe;
  private final Method clean;

  CleanedBuffers() {
    try {
      Class<?> type = Class.forName("sun.misc.Unsafe");
      Field field = type.getDeclaredField("theUnsafe");
      field.setAccessible(true);
      unsafe = field.get(null);
      clean = type.getMethod("invokeCleaner", ByteBuffer.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private void use(ByteBuffer b, Consumer<ByteBuffer> use) {
    try {
      // a duplicate keeps the original as it must be for its cleaner
      use.accept(b.duplicate());
    } finally {
      try {
        clean.invoke(unsafe, b);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public void with(int size, Consumer<ByteBuffer> use) {
    use(ByteBuffer.allocateDirect(size), use);
  }

  @Override
  public void map(FileChannel file, long from, int count, Consumer<ByteBuffer> use)
      throws IOException {
    use(file.map(FileChannel.MapMode.READ_ONLY, from, count), use);
  }
}
