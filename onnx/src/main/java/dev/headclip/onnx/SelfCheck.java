package dev.headclip.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.headclip.HeadClipException;
import dev.headclip.engine.Engine;
import dev.headclip.engine.EngineSettings;
import dev.headclip.engine.Engines;
import dev.headclip.engine.InferenceSession;
import dev.headclip.engine.Precision;
import dev.headclip.method.ClassName;
import dev.headclip.method.RecordableScoring;
import dev.headclip.model.ClipModel;
import dev.headclip.tensor.HostOps;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Compares an exported file with another way to compute the same model, on two pictures. */
public final class SelfCheck {
  private static final int IMAGES = 2;

  private SelfCheck() {}

  /**
   * Largest differences.
   *
   * @param reference what computed the other side
   * @param map over all pixels
   * @param scores over global, local and joint score
   */
  public record Difference(String reference, double map, double scores) {
    /** NaN where one of them is. */
    double largest() {
      return Math.max(map, scores);
    }
  }

  static Difference of(ClipModel model, ClassName name, Path file, EngineSettings settings) {
    float[] pixels = TestPictures.pixels(model, IMAGES);
    Reference r = reference(model);
    Tensors<HostTensor> seen;
    // closed before the file is opened: large models would be in memory twice
    try (InferenceSession session = r.session()) {
      seen = session.run(pixels, IMAGES, name);
    }
    HostOps ops = new HostOps();
    Tensors<HostTensor> compared =
        model.references().map(m -> seen.and(m.scorer().of(ops, seen))).orElse(seen);
    Tensors<HostTensor> expected = Recorder.scoring(model).record(ops, compared);
    Tensors<HostTensor> found = run(file, settings, model.imageSize(), pixels);
    double scores = 0;
    for (String s :
        List.of(RecordableScoring.GLOBAL, RecordableScoring.LOCAL, RecordableScoring.SCORE)) {
      scores = Math.max(scores, difference(expected.get(s), found.get(s)));
    }
    double map = difference(expected.get(RecordableScoring.MAP), found.get(RecordableScoring.MAP));
    return new Difference(r.name(), map, scores);
  }

  private record Reference(String name, InferenceSession session) {}

  /** Another engine where one starts; else the network in standard operators, unoptimized. */
  private static Reference reference(ClipModel model) {
    for (Engine e : Engines.all()) {
      if (!(e instanceof OnnxEngine)) {
        try {
          return new Reference(e.name(), e.open(model, EngineSettings.defaults()));
        } catch (HeadClipException ignored) {
          // its library does not load here
        }
      }
    }
    return new Reference("unoptimized onnx", plain(model));
  }

  private static InferenceSession plain(ClipModel model) {
    return new OnnxSession(
        model,
        EngineSettings.defaults(),
        like -> {
          Recorder recorder = new Recorder(model);
          Graph graph = recorder.network(Dialect.PORTABLE, Precision.FP32, like);
          return Ort.open(new ModelFile(graph, Map.of()), Ort.once());
        });
  }

  private static Tensors<HostTensor> run(
      Path file, EngineSettings settings, int side, float[] pixels) {
    long[] shape = {IMAGES, 3, side, side};
    try (Ort.Open open = Ort.open(file, Ort.inference(settings));
        OnnxTensor input =
            OnnxTensor.createTensor(Ort.environment(), FloatBuffer.wrap(pixels), shape);
        OrtSession.Result found =
            open.session().run(Map.of(Recorder.PIXELS, input), ExportedSession.outputs(open))) {
      return Ort.host(found);
    } catch (OrtException e) {
      throw Ort.failed("the exported model does not run", e);
    }
  }

  private static double difference(HostTensor a, HostTensor b) {
    double largest = 0;
    for (int i = 0; i < a.data().length; i++) {
      largest = Math.max(largest, Math.abs((double) a.data()[i] - b.data()[i]));
    }
    return largest;
  }
}
