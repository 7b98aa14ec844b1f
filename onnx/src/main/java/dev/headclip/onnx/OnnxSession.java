package dev.headclip.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.headclip.clip.ClipConfig;
import dev.headclip.engine.InferenceSession;
import dev.headclip.engine.Precision;
import dev.headclip.engine.Prediction;
import dev.headclip.engine.SessionGuard;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A model in ONNX Runtime's memory. */
final class OnnxSession implements InferenceSession {
  private final Runtime.Open open;
  private final int imageSize;
  private final int patches;
  private final int batch;
  // kept: ONNX Runtime would make a new one for every batch, which only the collector frees
  private final Queue<FloatBuffer> inputs = new ConcurrentLinkedQueue<>();
  private final SessionGuard guard = new SessionGuard();

  /** Owns {@code open}. */
  OnnxSession(Runtime.Open open, ClipConfig config, int imageSize, Precision precision) {
    this.open = open;
    this.imageSize = imageSize;
    this.patches = config.grid(imageSize) * config.grid(imageSize);
    // int8 scales activations by the batch's largest: alone, an image's score depends on no other
    this.batch = precision == Precision.INT8 ? 1 : SessionGuard.batch(config, imageSize);
  }

  @Override
  public Prediction run(float[] pixels, int images) {
    return guard.use(() -> compute(pixels, images));
  }

  private Prediction compute(float[] pixels, int images) {
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
    } catch (OrtException e) {
      throw Runtime.failed("ONNX Runtime cannot run the model", e);
    } finally {
      inputs.add(direct);
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
    guard.close(open::close);
  }
}
