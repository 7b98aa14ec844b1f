package dev.headclip.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.headclip.HeadClipException;
import dev.headclip.engine.EngineSettings;
import dev.headclip.engine.InferenceSession;
import dev.headclip.engine.Precision;
import dev.headclip.engine.SessionGuard;
import dev.headclip.method.ClassName;
import dev.headclip.model.ExportedModel;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Program;
import dev.headclip.tensor.Tensors;
import java.nio.FloatBuffer;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** A file that we exported, in ONNX Runtime's memory. */
final class ExportedSession implements InferenceSession {
  private static final int SMALL = 300;
  private static final int BATCH = 4;

  private final Ort.Open open;
  private final int imageSize;
  private final boolean alone;
  private final Inputs inputs = new Inputs();
  private final SessionGuard guard = new SessionGuard();

  private ExportedSession(Ort.Open open, int imageSize, boolean alone) {
    this.open = open;
    this.imageSize = imageSize;
    this.alone = alone;
  }

  static ExportedSession of(ExportedModel model, EngineSettings settings) {
    if (settings.precision() != Precision.FP32) {
      throw new HeadClipException(
          "precision: an exported file has its own, found %s; leave it out"
              .formatted(settings.precision().key()));
    }
    Ort.Open open = Ort.open(model.file(), Ort.inference(settings));
    return new ExportedSession(open, model.imageSize(), model.weights().equals("int8"));
  }

  @Override
  public Tensors<HostTensor> run(float[] pixels, int images, ClassName name) {
    return guard.use(
        () ->
            alone ? OneByOne.run(pixels, images, one -> compute(one, 1)) : compute(pixels, images));
  }

  private Tensors<HostTensor> compute(float[] pixels, int images) {
    FloatBuffer direct = inputs.take(pixels);
    long[] shape = {images, 3, imageSize, imageSize};
    try (OnnxTensor input = OnnxTensor.createTensor(Ort.environment(), direct, shape);
        OrtSession.Result result =
            open.session().run(Map.of(Recorder.PIXELS, input), outputs(open))) {
      return Ort.host(result);
    } catch (OrtException e) {
      throw Ort.failed("ONNX Runtime cannot run the model", e);
    } finally {
      inputs.giveBack(direct);
    }
  }

  /** Those that are there of what is read. */
  static Set<String> outputs(Ort.Open open) {
    Set<String> there = new HashSet<>(open.session().getOutputNames());
    there.retainAll(Recorder.OUTPUTS);
    return there;
  }

  /** The sentences were fixed when it was exported. */
  @Override
  public Tensors<HostTensor> words(ClassName name) {
    return Tensors.none();
  }

  @Override
  public Tensors<HostTensor> run(Program program, Tensors<HostTensor> given) {
    throw new UnsupportedOperationException("an exported file computes itself alone");
  }

  @Override
  public int preferredBatch() {
    return alone || imageSize > SMALL ? 1 : BATCH;
  }

  @Override
  public void close() {
    guard.close(open::close);
  }
}
