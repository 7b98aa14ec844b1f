package dev.headclip.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
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
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
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
  private final Map<List<List<Long>>, Ort.Open> opened = new HashMap<>();
  private final Optional<AfterFeatures> after;
  private final Programs programs;
  private final Inputs inputs = new Inputs();
  private final SessionGuard guard = new SessionGuard();

  /** The stage that looks at values: beside the graph, in plain Java. */
  private record AfterFeatures(Network<HostTensor> network, Tensors<HostTensor> prepared) {
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
    Network<HostTensor> evidence = Recorder.evidence(model);
    try (Recorder recorder = new Recorder(model)) {
      this.after =
          evidence.readsValues()
              ? Optional.of(new AfterFeatures(evidence, recorder.prepared()))
              : Optional.empty();
      Map<String, long[]> shapes =
          named ? recorder.wordShapes(ClassName.unknown()) : Map.<String, long[]>of();
      opened.put(
          shapes.values().stream().map(OnnxSession::list).toList(),
          opener.apply(ClassName.unknown()));
    }
  }

  private static List<Long> list(long[] shape) {
    return Arrays.stream(shape).boxed().toList();
  }

  private static Tensors<HostTensor> words(ClipModel model, ClassName name) {
    try (Recorder recorder = new Recorder(model)) {
      return recorder.words(name);
    }
  }

  /** The graph for words of these shapes. */
  private synchronized Ort.Open graph(Tensors<HostTensor> ofClass, ClassName name) {
    List<List<Long>> shapes = ofClass.list().stream().map(t -> list(t.shape())).toList();
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
        Tensors<HostTensor> found = host(result);
        return after.map(a -> a.evidence(found, ofClass)).orElse(found);
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
