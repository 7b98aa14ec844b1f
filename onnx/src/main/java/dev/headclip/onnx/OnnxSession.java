package dev.headclip.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import dev.headclip.engine.EngineSettings;
import dev.headclip.engine.InferenceSession;
import dev.headclip.engine.Precision;
import dev.headclip.engine.SessionGuard;
import dev.headclip.engine.WordCache;
import dev.headclip.method.ClassName;
import dev.headclip.method.Network;
import dev.headclip.model.ClipModel;
import dev.headclip.tensor.HostOps;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Program;
import dev.headclip.tensor.Tensors;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** A model in ONNX Runtime's memory. */
final class OnnxSession implements InferenceSession {
  private final Function<ClassName, Ort.Open> opener;
  private final int imageSize;
  private final int batch;
  private final boolean alone;
  private final boolean named;
  private final WordCache words;
  // graphs by the shapes of their words: nearly always one
  private final Map<Map<String, List<Long>>, Ort.Open> opened = new HashMap<>();
  private final Optional<AfterFeatures> after;
  private final Programs programs;
  private final Inputs inputs = new Inputs();
  private final SessionGuard guard = new SessionGuard();

  /** The stage that looks at values: beside the graph, in plain Java. */
  private record AfterFeatures(Network<HostTensor> network, Tensors<HostTensor> prepared) {
    static AfterFeatures of(ClipModel model) {
      Recorder recorder = new Recorder(model);
      return new AfterFeatures(Recorder.evidence(model), recorder.prepared());
    }

    Tensors<HostTensor> evidence(Tensors<HostTensor> features, Tensors<HostTensor> words) {
      return network.evidence(new HostOps(), features, prepared.and(words));
    }
  }

  /**
   * @param opener opens the graph for words of the shapes that a class has
   */
  OnnxSession(ClipModel model, EngineSettings settings, Function<ClassName, Ort.Open> opener) {
    this.opener = opener;
    this.imageSize = model.imageSize();
    this.alone = settings.precision() == Precision.INT8;
    this.batch = alone ? 1 : SessionGuard.batch(model.backbone().config(), imageSize);
    this.named = model.wantsClassName();
    this.words = new WordCache(named, n -> words(model, n));
    this.programs = new Programs(settings);
    this.after =
        model.adapter().method().readsValues()
            ? Optional.of(AfterFeatures.of(model))
            : Optional.empty();
    Ort.Open usual = opener.apply(ClassName.unknown());
    opened.put(Ort.inputShapes(usual, Recorder.WORDS), usual);
  }

  private static Tensors<HostTensor> words(ClipModel model, ClassName name) {
    Recorder recorder = new Recorder(model);
    return recorder.words(name);
  }

  /** The graph for words of these shapes. */
  private synchronized Ort.Open graph(Tensors<HostTensor> ofClass, ClassName name) {
    Map<String, List<Long>> shapes = new HashMap<>();
    ofClass.named().forEach((n, t) -> shapes.put(Recorder.WORDS + n, Ort.list(t.shape())));
    return opened.computeIfAbsent(shapes, s -> opener.apply(name));
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
    Ort.Open open = graph(ofClass, name);
    FloatBuffer direct = inputs.take(pixels);
    try {
      Map<String, HostTensor> given = new HashMap<>();
      ofClass.named().forEach((n, t) -> given.put(Recorder.WORDS + n, t));
      Map<String, OnnxTensor> all = Ort.tensors(given);
      long[] shape = {images, 3, imageSize, imageSize};
      all.put(Recorder.PIXELS, OnnxTensor.createTensor(Ort.environment(), direct, shape));
      Tensors<HostTensor> found = Ort.run(open, all);
      return after.map(a -> a.evidence(found, ofClass)).orElse(found);
    } catch (OrtException e) {
      throw Ort.failed("ONNX Runtime cannot run the model", e);
    } finally {
      inputs.giveBack(direct);
    }
  }

  @Override
  public Tensors<HostTensor> words(ClassName name) {
    return guard.use(() -> words.get(name));
  }

  @Override
  public Tensors<HostTensor> run(Program program, Tensors<HostTensor> given) {
    return guard.use(() -> programs.run(program, given));
  }

  @Override
  public int preferredBatch() {
    return batch;
  }

  @Override
  public void close() {
    guard.close(
        () -> {
          opened.values().forEach(Ort.Open::close);
          programs.close();
        });
  }
}
