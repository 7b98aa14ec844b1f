package dev.headclip.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.headclip.clip.LocalPath;
import dev.headclip.clip.LocalPath.Aggregate;
import dev.headclip.clip.LocalPath.Constraint;
import dev.headclip.clip.LocalPath.Input;
import dev.headclip.clip.LocalPath.StateNorm;
import dev.headclip.clip.PositionResize;
import dev.headclip.engine.Engine;
import dev.headclip.engine.EngineSettings;
import dev.headclip.engine.InferenceSession;
import dev.headclip.engine.Precision;
import dev.headclip.engine.Prediction;
import dev.headclip.method.Adapter;
import dev.headclip.method.HeadClipSettings;
import dev.headclip.torch.TorchEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both engines say the same of the same pixels, whatever the model's settings. */
class EnginesAgreeTest {
  @TempDir private Path dir;
  private Models models;

  @BeforeEach
  void open() throws IOException {
    models = new Models(dir);
  }

  @AfterEach
  void close() {
    models.close();
  }

  private Prediction run(Engine engine, Adapter a, Precision p, int images) {
    EngineSettings settings = new EngineSettings(p, false, 1);
    try (InferenceSession s = engine.open(models.backbone(), a, settings)) {
      return s.run(Models.pixels(images, a.settings().imageSize()), images);
    }
  }

  private static double difference(Prediction a, Prediction b) {
    double largest = 0;
    for (int i = 0; i < a.global().length; i++) {
      largest = Math.max(largest, Math.abs(a.global()[i] - b.global()[i]));
      for (int k = 0; k < a.patches()[i].length; k++) {
        largest = Math.max(largest, Math.abs(a.patches()[i][k] - b.patches()[i][k]));
      }
    }
    return largest;
  }

  private void same(Adapter a, int images) {
    Prediction expected = run(new TorchEngine(), a, Precision.FP32, images);
    Prediction found = run(new OnnxEngine(), a, Precision.FP32, images);
    assertThat(difference(expected, found)).as(a.settings().toString()).isLessThan(1e-5);
  }

  @Test
  void forEveryReadingOfTheLocalPath() {
    HeadClipSettings base = models.adapter().settings().withOutputLayers(List.of(1, 4, 3, 6));
    List<LocalPath> paths = new ArrayList<>();
    for (Aggregate a : Aggregate.values()) {
      for (Constraint c : Constraint.values()) {
        paths.add(LocalPath.of(2, 5).withAggregate(a).withConstraint(c).withScaleBias(true));
      }
    }
    LocalPath usual = LocalPath.of(2, 5);
    paths.add(usual.withAggregate(Aggregate.MEAN_STATES).withStateNorm(StateNorm.LN_POST));
    paths.add(usual.withInput(Input.SELF));
    paths.add(usual.withFfn(true));
    paths.add(usual.withInput(Input.SELF).withFfn(true));
    paths.add(usual.withWeightGlobal(true));
    // nothing local: the last layer's own patches are an output
    paths.add(LocalPath.of(6, 6));
    for (LocalPath p : paths) {
      same(models.adapter(base.withLocalPath(p)), 2);
    }
  }

  @Test
  void forEverySizeAndBatch() {
    HeadClipSettings s = models.adapter().settings();
    for (int size : new int[] {14, 56, 70, 98, 154}) {
      for (int images : new int[] {1, 3}) {
        same(models.adapter(s.withImageSize(size)), images);
      }
    }
  }

  @Test
  void withTheOtherPromptsPositionsAndProjections() {
    HeadClipSettings s = models.adapter().settings().withClsLnPost(true).withImageSize(84);
    same(models.adapter(s), 1);
    for (PositionResize p : PositionResize.values()) {
      same(models.adapter().withSettings(withPosition(s, p)), 1);
    }
  }

  private static HeadClipSettings withPosition(HeadClipSettings s, PositionResize p) {
    return new HeadClipSettings(
        s.imageSize(),
        s.localPath(),
        s.outputLayers(),
        s.temperature(),
        s.sigma(),
        s.top(),
        s.topOnRaw(),
        s.lambda(),
        s.clsLnPost(),
        s.templates(),
        s.prompts(),
        p,
        s.threshold());
  }

  @Test
  void anImagesNumbersDoNotDependOnItsBatch() {
    Adapter a = models.adapter();
    float[] three = Models.pixels(3, 70);
    int n = three.length / 3;
    for (Precision p : Precision.values()) {
      EngineSettings settings = new EngineSettings(p, false, 1);
      try (InferenceSession s = new OnnxEngine().open(models.backbone(), a, settings)) {
        // int8 scales activations by the batch's largest, so images go one by one
        int batch = p == Precision.INT8 ? s.preferredBatch() : 3;
        assertThat(batch).isEqualTo(p == Precision.INT8 ? 1 : 3);
        Prediction together = s.run(java.util.Arrays.copyOf(three, batch * n), batch);
        Prediction alone = s.run(java.util.Arrays.copyOf(three, n), 1);
        assertThat(together.global()[0]).isCloseTo(alone.global()[0], within(1e-6f));
      }
    }
  }

  @Test
  void int8IsCloseToFloatAndNotTheSame() {
    Prediction exact = run(new OnnxEngine(), models.adapter(), Precision.FP32, 1);
    Prediction rounded = run(new OnnxEngine(), models.adapter(), Precision.INT8, 1);
    assertThat(difference(exact, rounded)).isGreaterThan(1e-6).isLessThan(0.05);
  }
}
