package dev.headclip.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headclip.HeadClipException;
import dev.headclip.clip.Activation;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.DeepTokens;
import dev.headclip.clip.LocalPath;
import dev.headclip.clip.PositionResize;
import dev.headclip.clip.TowerConfig;
import dev.headclip.tensor.HostTensor;
import dev.headclip.weights.SafetensorsWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdapterFileTest {
  private static final ClipConfig LARGE =
      new ClipConfig(
          new TowerConfig(1024, 24, 16, 4096, Activation.QUICK_GELU, 1e-5),
          336,
          14,
          new TowerConfig(768, 12, 12, 3072, Activation.QUICK_GELU, 1e-5),
          77,
          49408,
          768);

  private static Map<String, HostTensor> tensors() {
    Map<String, HostTensor> t = new LinkedHashMap<>();
    t.put("prompt.normal", HostTensor.zeros(12, 768));
    t.put("prompt.abnormal", HostTensor.zeros(12, 768));
    for (int i = 0; i < 8; i++) {
      t.put("text.deep." + i, HostTensor.zeros(4, 768));
    }
    t.put("head_weights", HostTensor.filled(1, 19, 16));
    return t;
  }

  private static Path write(Path dir, Map<String, HostTensor> t, String json) {
    Path file = dir.resolve("a.safetensors");
    SafetensorsWriter.write(file, t, Map.of("headclip", json), false);
    return file;
  }

  @Test
  void absentKeysTakeTheContractsDefaults(@TempDir Path dir) {
    HeadClipSettings s =
        AdapterFile.read(write(dir, tensors(), "{\"method\":\"headclip\"}"), LARGE).settings();
    assertThat(s.imageSize()).isEqualTo(518);
    assertThat(s.localPath()).isEqualTo(LocalPath.of(6, 24));
    assertThat(s.outputLayers()).containsExactly(24);
    assertThat(s.temperature()).isEqualTo(0.07);
    assertThat(s.sigma()).isEqualTo(4);
    assertThat(s.top()).isEqualTo(new TopPixels.Fraction(0.03));
    assertThat(s.lambda()).isEqualTo(0.5);
    assertThat(s.clsLnPost()).isFalse();
    assertThat(s.templates()).isEqualTo(new Templates("object", "damaged object"));
    assertThat(s.threshold()).isEqualTo(0.5);
  }

  @Test
  void theContractsOwnExampleIsRead(@TempDir Path dir) {
    String json =
        """
        {"method":"headclip","image_size":518,"csa":{"first":6,"last":24},"output_layers":[24],
         "aggregate":"residual","temperature":0.07,"sigma":4.0,"top_fraction":0.03,"lambda":0.5,
         "cls_ln_post":false,"templates":{"normal":"object","abnormal":"damaged object"},
         "threshold":0.5,"provenance":{"seed":111}}
        """;
    Adapter a = AdapterFile.read(write(dir, tensors(), json), LARGE);
    assertThat(a.provenance()).containsEntry("seed", 111);
    assertThat(a.learned().deep()).hasSize(8);
  }

  @Test
  void everySettingSurvivesTheFile(@TempDir Path dir) {
    HeadClipSettings s =
        new HeadClipSettings(
            336,
            new LocalPath(
                5,
                20,
                LocalPath.Aggregate.MEAN_STATES,
                LocalPath.StateNorm.LN_POST,
                LocalPath.Input.SELF,
                true,
                LocalPath.Constraint.SOFTMAX,
                true,
                true),
            List.of(6, 12, 24),
            0.05,
            2.5,
            new TopPixels.Count(17),
            true,
            0.25,
            true,
            new Templates("part", "broken part"),
            new PromptSettings(7, 1, DeepTokens.Mode.INSERT, true),
            PositionResize.BICUBIC,
            0.75);
    Learned<HostTensor> l =
        new Learned<>(
            HostTensor.filled(.5f, 7, 768),
            HostTensor.filled(-1, 7, 768),
            List.of(HostTensor.filled(2, 4, 768)),
            Optional.of(HostTensor.filled(3, 16, 16)));
    Path file = dir.resolve("b.safetensors");
    AdapterFile.write(file, new Adapter(s, l, Map.of("seed", 7)));
    Adapter back = AdapterFile.read(file, LARGE);
    assertThat(back.settings()).isEqualTo(s);
    assertThat(back.learned()).isEqualTo(l);
    assertThat(back.provenance()).containsEntry("seed", 7);
  }

  @Test
  void aTensorThatDoesNotFitIsNamedWithBothShapes(@TempDir Path dir) {
    Map<String, HostTensor> t = tensors();
    t.put("head_weights", HostTensor.filled(1, 12, 16));
    Path file = write(dir, t, "{}");
    assertThatThrownBy(() -> AdapterFile.read(file, LARGE))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining("tensor head_weights has shape [12,16], expected [19,16]");
  }

  @Test
  void wrongSettingsNameTheKey(@TempDir Path dir) {
    for (String[] bad :
        new String[][] {
          {"{\"lambda\":2}", "--lambda is 2.0, expected 0 to 1"},
          {"{\"lambda\":\"x\"}", "lambda is \"x\", expected a number"},
          {"{\"aggregate\":\"median\"}", "aggregate is \"median\", expected one of"},
          {"{\"image_size\":500}", "not a multiple of the backbone's patch size 14"},
          {"{\"output_layers\":[25]}", "--output-layers is [25], expected up to"},
          {"{\"method\":\"adaclip\"}", "method \"adaclip\", expected \"headclip\""},
          {"not json", "is not JSON"}
        }) {
      Path file = write(dir, tensors(), bad[0]);
      assertThatThrownBy(() -> AdapterFile.read(file, LARGE))
          .isInstanceOf(HeadClipException.class)
          .hasMessageContaining(bad[1]);
    }
  }

  @Test
  void aMissingTensorIsNamed(@TempDir Path dir) {
    Map<String, HostTensor> t = tensors();
    t.remove("prompt.abnormal");
    Path file = write(dir, t, "{}");
    assertThatThrownBy(() -> AdapterFile.read(file, LARGE))
        .hasMessageContaining("no tensor prompt.abnormal");
  }
}
