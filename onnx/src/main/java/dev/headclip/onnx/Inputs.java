package dev.headclip.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Buffers outside the heap for pixels, one for each computation at a time. They are kept: ONNX
 * Runtime would make a new one for every batch, which only the collector frees.
 */
final class Inputs {
  private final Queue<FloatBuffer> free = new ConcurrentLinkedQueue<>();

  /** The numbers in a buffer; {@link #giveBack} takes it again. */
  FloatBuffer take(float[] pixels) {
    FloatBuffer found = free.poll();
    FloatBuffer b =
        found != null && found.capacity() >= pixels.length
            ? found
            : ByteBuffer.allocateDirect(Math.multiplyExact(4, pixels.length))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    return b.clear().put(pixels).flip();
  }

  void giveBack(FloatBuffer b) {
    free.add(b);
  }
}
