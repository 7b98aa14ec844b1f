package dev.headclip.weights;

import dev.headclip.internal.files.RegularFiles;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/** Bytes that are read in parts: of a file, which is mapped, or in memory. */
sealed interface Bytes extends Closeable {
  long size() throws IOException;

  /** A part as an array of its own. */
  ByteBuffer read(long from, int count) throws IOException;

  /** A part as a direct little-endian buffer, valid during the call only. */
  void map(long from, int count, Consumer<ByteBuffer> use) throws IOException;

  static Bytes of(Path file) throws IOException {
    return new OfFile(FileChannel.open(RegularFiles.required(file), StandardOpenOption.READ));
  }

  static Bytes of(byte[] content) {
    return new InMemory(content);
  }

  /** A file. */
  record OfFile(FileChannel channel) implements Bytes {
    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public ByteBuffer read(long from, int count) throws IOException {
      ByteBuffer b = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
      while (b.hasRemaining() && channel.read(b, from + b.position()) >= 0) {
        // until full or at the end
      }
      if (b.hasRemaining()) {
        throw new IOException("unexpected end of file");
      }
      return b.flip();
    }

    @Override
    public void map(long from, int count, Consumer<ByteBuffer> use) throws IOException {
      NativeBytes.map(channel, from, count, use);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  /** An array. */
  record InMemory(byte[] content) implements Bytes {
    @Override
    public long size() {
      return content.length;
    }

    @Override
    public ByteBuffer read(long from, int count) {
      ByteBuffer b = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
      return b.put(content, (int) from, count).flip();
    }

    @Override
    public void map(long from, int count, Consumer<ByteBuffer> use) {
      NativeBytes.with(count, b -> use.accept(b.put(content, (int) from, count).flip()));
    }

    @Override
    public void close() {}
  }
}
