package dev.headclip.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.headclip.HeadClipException;
import dev.headclip.backbone.Backbone;
import dev.headclip.detect.JointScore;
import dev.headclip.engine.Engine;
import dev.headclip.engine.EngineSettings;
import dev.headclip.engine.Engines;
import dev.headclip.engine.InferenceSession;
import dev.headclip.engine.Precision;
import dev.headclip.engine.Prediction;
import dev.headclip.image.Preprocess;
import dev.headclip.method.Adapter;
import dev.headclip.method.HeadClipSettings;
import dev.headclip.synth.Generator;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;

/** Compares an exported file with another way to compute the same model, on two drawn pictures. */
public final class SelfCheck {
  private static final int IMAGES = 2;
  private static final int DRAWN = 224;
  private static final long SEED = 4;

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

  static Difference of(Backbone backbone, Adapter adapter, Path file, EngineSettings settings) {
    HeadClipSettings s = adapter.settings();
    float[] pixels = pixels(backbone, s.imageSize());
    JointScore scores = new JointScore(s, backbone.config().grid(s.imageSize()));
    Reference r = reference(backbone, adapter);
    Prediction p;
    // closed before the file is opened: large models would be in memory twice
    try (InferenceSession session = r.session()) {
      p = session.run(pixels, IMAGES);
    }
    return compare(r.name(), file, settings, s.imageSize(), pixels, p, scores);
  }

  private record Reference(String name, InferenceSession session) {}

  /** Another engine where one starts; else the network in standard operators, unoptimized. */
  private static Reference reference(Backbone backbone, Adapter adapter) {
    for (Engine e : Engines.all()) {
      if (!(e instanceof OnnxEngine)) {
        try {
          return new Reference(e.name(), e.open(backbone, adapter, EngineSettings.defaults()));
        } catch (HeadClipException ignored) {
          // its library does not load here
        }
      }
    }
    return new Reference("unoptimized onnx", plain(backbone, adapter));
  }

  private static InferenceSession plain(Backbone backbone, Adapter adapter) {
    Graph graph = new Recorder(backbone, adapter).network(Dialect.PORTABLE, Precision.FP32);
    return new OnnxSession(
        Runtime.open(new ModelFile(graph, Map.of()), Runtime.once()),
        backbone.config(),
        adapter.settings().imageSize(),
        Precision.FP32);
  }

  private static float[] pixels(Backbone backbone, int side) {
    Generator generator = Generator.drawn(SEED, DRAWN);
    float[] all = new float[IMAGES * 3 * side * side];
    for (int i = 0; i < IMAGES; i++) {
      backbone
          .normalization()
          .apply(Preprocess.SQUARE.apply(generator.any(i).image(), side), all, i * 3 * side * side);
    }
    return all;
  }

  private static Difference compare(
      String name,
      Path file,
      EngineSettings settings,
      int side,
      float[] pixels,
      Prediction p,
      JointScore scores) {
    long[] shape = {IMAGES, 3, side, side};
    try (Runtime.Open open = Runtime.open(file, Runtime.inference(settings));
        OnnxTensor input =
            OnnxTensor.createTensor(Runtime.environment(), FloatBuffer.wrap(pixels), shape);
        OrtSession.Result found = open.session().run(Map.of(Recorder.PIXELS, input))) {
      double map = 0;
      double score = 0;
      FloatBuffer maps = OnnxSession.floats(found, Recorder.MAP);
      for (int i = 0; i < IMAGES; i++) {
        JointScore.Scores expected = scores.of(p.global()[i], p.patches()[i]);
        float[] m = new float[side * side];
        maps.get(m);
        map = Math.max(map, difference(expected.map().values(), m));
        score = Math.max(score, difference(expected.global(), found, Recorder.GLOBAL, i));
        score = Math.max(score, difference(expected.local(), found, Recorder.LOCAL, i));
        score = Math.max(score, difference(expected.joint(), found, Recorder.SCORE, i));
      }
      return new Difference(name, map, score);
    } catch (OrtException e) {
      throw Runtime.failed("the exported model does not run", e);
    }
  }

  private static double difference(double expected, OrtSession.Result found, String name, int i) {
    return Math.abs(expected - OnnxSession.floats(found, name).get(i));
  }

  private static double difference(float[] a, float[] b) {
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs((double) a[i] - b[i]));
    }
    return largest;
  }
}
