package dev.headclip.weights;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.function.Consumer;

/**
 * The foreign memory of Java 22 and later, called by name: what is compiled for Java 17 cannot name
 * it otherwise, and a jar of several releases would need a newer compiler to be built.
 */
final class ForeignMemory implements NativeMemory {
  /** The first Java with it. */
  static final int SINCE = 22;

  private static final long ALIGNMENT = 64;

  private final Method open;
  private final Method allocate;
  private final Method map;
  private final Method view;

  ForeignMemory() {
    try {
      Class<?> arena = Class.forName("java.lang.foreign.Arena");
      open = arena.getMethod("ofShared");
      allocate = arena.getMethod("allocate", long.class, long.class);
      map =
          FileChannel.class.getMethod(
              "map", FileChannel.MapMode.class, long.class, long.class, arena);
      view = Class.forName("java.lang.foreign.MemorySegment").getMethod("asByteBuffer");
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Takes a segment out of an arena. */
  private interface Taking {
    Object from(Object arena) throws ReflectiveOperationException;
  }

  private void use(Taking taking, Consumer<ByteBuffer> use) throws IOException {
    try (AutoCloseable arena = (AutoCloseable) open.invoke(null)) {
      use.accept((ByteBuffer) view.invoke(taking.from(arena)));
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(e.getCause());
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void with(int size, Consumer<ByteBuffer> use) {
    try {
      use(arena -> allocate.invoke(arena, (long) size, ALIGNMENT), use);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void map(FileChannel file, long from, int count, Consumer<ByteBuffer> use)
      throws IOException {
    use(arena -> map.invoke(file, FileChannel.MapMode.READ_ONLY, from, (long) count, arena), use);
  }
}
