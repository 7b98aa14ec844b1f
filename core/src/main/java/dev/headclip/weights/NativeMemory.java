package dev.headclip.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.function.Consumer;

/** Memory outside Java's that is given back at once, not at some later garbage collection. */
sealed interface NativeMemory permits ForeignMemory, CleanedBuffers {
  /** The one of this Java. */
  NativeMemory HERE =
      Runtime.version().feature() >= ForeignMemory.SINCE
          ? new ForeignMemory()
          : new CleanedBuffers();

  /** A buffer of {@code size} bytes, valid until {@code use} returns. */
  void with(int size, Consumer<ByteBuffer> use);

  /** A part of a file in memory, valid until {@code use} returns. */
  void map(FileChannel file, long from, int count, Consumer<ByteBuffer> use) throws IOException;
}
