package dev.headclip.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.headclip.clip.ClipConfig;
import dev.headclip.engine.InferenceSession;
import dev.headclip.engine.Precision;
import dev.headclip.engine.Prediction;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** A model in ONNX Runtime's memory. */
final class OnnxSession implements InferenceSession {
  private static final long TOKEN_BUDGET = 400_000;

  private final Runtime.Open open;
  private final int imageSize;
  private final int patches;
  private final int batch;
  // kept: ONNX Runtime would make a new one for every batch, which only the collector frees
  private final Queue<FloatBuffer> inputs = new ConcurrentLinkedQueue<>();
  // closing waits for computations, which share
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean closed;

  /** Owns {@code open}. */
  OnnxSession(Runtime.Open open, ClipConfig config, int imageSize, Precision precision) {
    this.open = open;
    this.imageSize = imageSize;
    this.patches = config.grid(imageSize) * config.grid(imageSize);
    long tokens = patches + 1L;
    // int8 scales activations by the batch's largest: alone, an image's score depends on no other
    this.batch =
        precision == Precision.INT8
            ? 1
            : (int) Math.max(1, Math.min(8, TOKEN_BUDGET / (tokens * config.vision().width())));
  }

  @Override
  public Prediction run(float[] pixels, int images) {
    lock.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the detector is closed");
      }
      long[] shape = {images, 3, imageSize, imageSize};
      FloatBuffer direct = take(pixels);
      try (OnnxTensor input = OnnxTensor.createTensor(Runtime.environment(), direct, shape);
          OrtSession.Result result =
              open.session()
                  .run(Map.of(Recorder.PIXELS, input), Set.of(Recorder.GLOBAL, Recorder.PATCHES))) {
        float[] global = new float[images];
        floats(result, Recorder.GLOBAL).get(global);
        float[][] each = new float[images][patches];
        FloatBuffer all = floats(result, Recorder.PATCHES);
        for (float[] one : each) {
          all.get(one);
        }
        return new Prediction(global, each);
      } finally {
        inputs.add(direct);
      }
    } catch (OrtException e) {
      throw Runtime.failed("ONNX Runtime cannot run the model", e);
    } finally {
      lock.readLock().unlock();
    }
  }

  /** The numbers in a buffer outside the heap, one for each computation at a time. */
  private FloatBuffer take(float[] pixels) {
    FloatBuffer found = inputs.poll();
    FloatBuffer b =
        found != null && found.capacity() >= pixels.length
            ? found
            : ByteBuffer.allocateDirect(Math.multiplyExact(4, pixels.length))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    return b.clear().put(pixels).flip();
  }

  static FloatBuffer floats(OrtSession.Result result, String name) {
    return ((OnnxTensor) result.get(name).orElseThrow()).getFloatBuffer();
  }

  @Override
  public int preferredBatch() {
    return batch;
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        open.close();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
