package dev.headclip.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headclip.clip.PositionResize;
import dev.headclip.engine.Engine;
import dev.headclip.engine.EngineSettings;
import dev.headclip.engine.InferenceSession;
import dev.headclip.engine.Precision;
import dev.headclip.method.ClassName;
import dev.headclip.method.Recipe;
import dev.headclip.method.local.LocalPath.Aggregate;
import dev.headclip.method.local.LocalPath.Constraint;
import dev.headclip.model.ClipModel;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import dev.headclip.testing.MethodKit;
import dev.headclip.testing.TinyModel;
import dev.headclip.torch.TorchEngine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Both engines say the same of the same pixels, whatever the model's settings. */
class EnginesAgreeTest {
  private static final ClassName NAME = new ClassName("metal_nut");

  @TempDir private Path dir;
  private Models models;

  @BeforeEach
  void write() {
    models = new Models(dir);
  }

  private static InferenceSession open(Engine engine, ClipModel model, Precision p) {
    return engine.open(model, EngineSettings.defaults().withPrecision(p).withThreads(1));
  }

  private static Tensors<HostTensor> run(Engine engine, ClipModel model, Precision p, int images) {
    try (InferenceSession s = open(engine, model, p)) {
      return s.run(TinyModel.pixels(images, model.imageSize()), images, NAME);
    }
  }

  /** AdaCLIP's margins are cosines times 100, and so are their last digits: read as cosines. */
  private static double difference(Tensors<HostTensor> a, Tensors<HostTensor> b) {
    assertThat(a.names()).containsExactlyInAnyOrderElementsOf(b.names());
    double largest = 0;
    for (String name : a.names()) {
      double unit = name.equals("margins") ? 100 : 1;
      float[] x = a.get(name).data();
      float[] y = b.get(name).data();
      assertThat(a.get(name).shape()).as(name).isEqualTo(b.get(name).shape());
      for (int i = 0; i < x.length; i++) {
        largest = Math.max(largest, Math.abs(x[i] - y[i]) / unit);
      }
    }
    return largest;
  }

  private void same(Map<String, ?> settings, int images) {
    try (ClipModel model = models.model(settings)) {
      same(settings.toString(), model, images);
    }
  }

  private static void same(String what, ClipModel model, int images) {
    Tensors<HostTensor> expected = run(new TorchEngine(), model, Precision.FP32, images);
    Tensors<HostTensor> found = run(new OnnxEngine(), model, Precision.FP32, images);
    assertThat(difference(expected, found)).as(what).isLessThan(1e-5);
  }

  @Test
  void forEveryMethod() {
    for (Map.Entry<String, Recipe> e : MethodKit.recipes().entrySet()) {
      try (ClipModel model = models.of(e.getValue())) {
        same(e.getKey(), model, 2);
      }
    }
  }

  @Test
  void forEveryReadingOfTheLocalPath() {
    List<Map<String, Object>> readings = new ArrayList<>();
    for (Aggregate a : Aggregate.values()) {
      for (Constraint c : Constraint.values()) {
        readings.add(Map.of("aggregate", a, "head_weight_constraint", c, "scale_bias", true));
      }
    }
    readings.add(Map.of("aggregate", "mean_states", "state_norm", "ln_post"));
    readings.add(Map.of("local_input", "self"));
    readings.add(Map.of("local_ffn", true));
    readings.add(Map.of("local_input", "self", "local_ffn", true));
    readings.add(Map.of("weight_global", true));
    // nothing local: the last layer's own patches are an output
    readings.add(Map.of("csa", "6-6"));
    for (Map<String, Object> r : readings) {
      Map<String, Object> settings = new java.util.LinkedHashMap<>();
      settings.put("csa", "2-5");
      settings.put("output_layers", List.of(1, 4, 3, 6));
      settings.putAll(r);
      same(settings, 2);
    }
  }

  @Test
  void forEverySizeAndBatch() {
    for (int size : new int[] {14, 56, 70, 98, 154}) {
      for (int images : new int[] {1, 3}) {
        same(Map.of("image_size", size), images);
      }
    }
  }

  @Test
  void withTheOtherPositionsAndProjections() {
    for (PositionResize p : PositionResize.values()) {
      same(Map.of("image_size", 84, "cls_ln_post", true, "position", p), 1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void anImagesNumbersDoNotDependOnItsBatch(Precision precision) {
    for (Map.Entry<String, Recipe> e : MethodKit.recipes().entrySet()) {
      try (ClipModel model = models.of(e.getValue());
          InferenceSession s = open(new OnnxEngine(), model, precision)) {
        int images = 3;
        float[] pixels = TinyModel.pixels(images, model.imageSize());
        // another scale: what mixes the images of a batch would show
        int n = pixels.length / images;
        for (int i = 0; i < n; i++) {
          pixels[n + i] *= 3;
        }
        Tensors<HostTensor> together = s.run(pixels, images, NAME);
        for (int i = 0; i < images; i++) {
          float[] one = Arrays.copyOfRange(pixels, i * n, (i + 1) * n);
          assertThat(difference(Tensors.rows(together, i, i + 1), s.run(one, 1, NAME)))
              .as("%s, image %d", e.getKey(), i)
              // logits are a hundred cosines
              .isLessThan(e.getKey().startsWith("adaclip") ? 3e-5 : 1e-6);
        }
      }
    }
  }

  @Test
  void int8IsCloseToFloatAndNotTheSame() {
    try (ClipModel model = models.model()) {
      Tensors<HostTensor> exact = run(new OnnxEngine(), model, Precision.FP32, 1);
      Tensors<HostTensor> rounded = run(new OnnxEngine(), model, Precision.INT8, 1);
      assertThat(difference(exact, rounded)).isGreaterThan(1e-6).isLessThan(0.05);
    }
  }
}
