package dev.headclip.metrics;

import dev.headclip.HeadClipException;
import dev.headclip.internal.files.PassingFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Integers in memory up to a limit, behind it in a temporary file; read back by all cores. */
final class IntSpool implements AutoCloseable {
  private static final int CHUNK = 1 << 18;

  private final long inMemory;
  private final List<int[]> chunks = new ArrayList<>();
  private int[] open = new int[CHUNK];
  private int used;
  private long size;
  private Optional<FileChannel> file = Optional.empty();
  private int inFile;

  /**
   * @param inMemory integers that stay in memory
   */
  IntSpool(long inMemory) {
    this.inMemory = inMemory;
  }

  void add(int value) {
    if (used == CHUNK) {
      store();
    }
    open[used++] = value;
    size++;
  }

  long size() {
    return size;
  }

  private void store() {
    if ((long) chunks.size() * CHUNK < inMemory) {
      chunks.add(open);
      open = new int[CHUNK];
    } else {
      append();
    }
    used = 0;
  }

  private void append() {
    try {
      if (file.isEmpty()) {
        file = Optional.of(PassingFile.open());
      }
      ByteBuffer b = ByteBuffer.allocate(4 * CHUNK);
      b.asIntBuffer().put(open);
      while (b.hasRemaining()) {
        file.get().write(b);
      }
      inFile++;
    } catch (IOException e) {
      throw new HeadClipException(
          "the maps need more room than memory and the temporary folder have (%s)".formatted(e), e);
    }
  }

  /** All integers, in pieces, from several threads. */
  void forEachChunk(Consumer<IntBuffer> use) {
    IntStream.range(0, chunks.size() + inFile + 1)
        .parallel()
        .forEach(
            i -> {
              if (i < chunks.size()) {
                use.accept(IntBuffer.wrap(chunks.get(i)));
              } else if (i < chunks.size() + inFile) {
                use.accept(read(i - chunks.size()));
              } else {
                use.accept(IntBuffer.wrap(open, 0, used));
              }
            });
  }

  private IntBuffer read(int chunk) {
    ByteBuffer b = ByteBuffer.allocate(4 * CHUNK);
    try {
      while (b.hasRemaining()
          && file.orElseThrow().read(b, 4L * CHUNK * chunk + b.position()) >= 0) {
        // until full
      }
    } catch (IOException e) {
      throw new HeadClipException("the temporary file cannot be read (%s)".formatted(e), e);
    }
    return b.flip().asIntBuffer();
  }

  @Override
  public void close() {
    try {
      if (file.isPresent()) {
        file.get().close();
      }
    } catch (IOException e) {
      throw new HeadClipException("the temporary file cannot be closed (%s)".formatted(e), e);
    }
  }
}
