package dev.headclip.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.headclip.engine.InferenceSession;
import dev.headclip.engine.Precision;
import dev.headclip.engine.SessionGuard;
import dev.headclip.engine.WordCache;
import dev.headclip.method.ClassName;
import dev.headclip.model.ClipModel;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** A model in ONNX Runtime's memory. */
final class OnnxSession implements InferenceSession {
  private final Ort.Open open;
  private final int imageSize;
  private final int batch;
  private final boolean alone;
  private final boolean named;
  private final WordCache words;
  private final Inputs inputs = new Inputs();
  private final SessionGuard guard = new SessionGuard();

  /** Owns {@code open}, which gives a network's evidence. */
  OnnxSession(Ort.Open open, ClipModel model, Precision precision) {
    this.open = open;
    this.imageSize = model.imageSize();
    this.alone = precision == Precision.INT8;
    this.batch = alone ? 1 : SessionGuard.batch(model.backbone().config(), imageSize);
    this.named = model.wantsClassName();
    this.words = new WordCache(named, n -> words(model, n));
  }

  private static Tensors<HostTensor> words(ClipModel model, ClassName name) {
    try (Recorder recorder = new Recorder(model)) {
      return recorder.words(name);
    }
  }

  @Override
  public Tensors<HostTensor> run(float[] pixels, int images, ClassName name) {
    return guard.use(
        () ->
            alone
                ? OneByOne.run(pixels, images, one -> compute(one, 1, name))
                : compute(pixels, images, name));
  }

  private Tensors<HostTensor> compute(float[] pixels, int images, ClassName name) {
    Tensors<HostTensor> ofClass = named ? words.get(name) : Tensors.none();
    FloatBuffer direct = inputs.take(pixels);
    Map<String, OnnxTensor> all = new HashMap<>();
    try {
      long[] shape = {images, 3, imageSize, imageSize};
      all.put(Recorder.PIXELS, OnnxTensor.createTensor(Ort.environment(), direct, shape));
      for (String n : ofClass.names()) {
        HostTensor t = ofClass.get(n);
        FloatBuffer data = FloatBuffer.wrap(t.data());
        all.put(Recorder.WORDS + n, OnnxTensor.createTensor(Ort.environment(), data, t.shape()));
      }
      try (OrtSession.Result result = open.session().run(all)) {
        return host(result);
      }
    } catch (OrtException e) {
      throw Ort.failed("ONNX Runtime cannot run the model", e);
    } finally {
      all.values().forEach(OnnxTensor::close);
      inputs.giveBack(direct);
    }
  }

  /** Every result by its name. */
  static Tensors<HostTensor> host(OrtSession.Result result) {
    Map<String, HostTensor> all = new LinkedHashMap<>();
    result.forEach(e -> all.put(e.getKey(), Ort.host((OnnxTensor) e.getValue())));
    return new Tensors<>(all);
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
