package dev.headclip.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headclip.HeadClipException;
import dev.headclip.clip.ClipConfig;
import dev.headclip.method.headclip.HeadClipSettings;
import dev.headclip.method.local.LocalPath;
import dev.headclip.method.prompt.Templates;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import dev.headclip.testing.Golden;
import dev.headclip.weights.SafetensorsWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdapterFileTest {
  private static final ClipConfig LARGE = Golden.published();

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

  private static HeadClipSettings settings(Adapter a) {
    return (HeadClipSettings) a.method().settings();
  }

  @Test
  void absentKeysTakeTheContractsDefaults(@TempDir Path dir) {
    Adapter a = AdapterFile.read(write(dir, tensors(), "{\"method\":\"headclip\"}"), LARGE);
    HeadClipSettings s = settings(a);
    assertThat(s.imageSize()).isEqualTo(518);
    assertThat(s.localPath()).isEqualTo(LocalPath.of(6, 24));
    assertThat(s.outputLayers()).containsExactly(24);
    assertThat(s.temperature()).isEqualTo(0.07);
    assertThat(s.clsLnPost()).isFalse();
    assertThat(s.prompts().templates()).isEqualTo(new Templates("object", "damaged object"));
    assertThat(s.prompts().deep().layers()).isEqualTo(9);
    assertThat(s.headWeights()).isTrue();
    assertThat(a.scores()).isEqualTo(ScoreSettings.defaults());
    assertThat(a.scores().sigma()).isEqualTo(4);
    assertThat(a.scores().topFraction()).isEqualTo(0.03);
    assertThat(a.scores().lambda()).isEqualTo(0.5);
    assertThat(a.scores().threshold()).isEqualTo(0.5);
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
    assertThat(a.learned().list("text.deep.")).hasSize(8);
  }

  @Test
  void whatAFileDoesNotSayIsShownByItsTensors(@TempDir Path dir) {
    Map<String, HostTensor> t = new LinkedHashMap<>();
    t.put("prompt.normal", HostTensor.zeros(12, 768));
    t.put("prompt.abnormal", HostTensor.zeros(12, 768));
    t.put("text.deep.0", HostTensor.zeros(2, 768));
    t.put("text.deep.1", HostTensor.zeros(2, 768));
    HeadClipSettings s = settings(AdapterFile.read(write(dir, t, "{}"), LARGE));
    assertThat(s.headWeights()).isFalse();
    assertThat(s.prompts().deep().tensors()).isEqualTo(2);
    assertThat(s.prompts().deep().length()).isEqualTo(2);
  }

  @Test
  void aTensorThatATrainingWroteAndThatGotLostIsMissed(@TempDir Path dir) {
    String ours = "{\"provenance\":{\"run_digest\":\"abc\",\"deep_length\":4}}";
    for (String lost : List.of("text.deep.7", "head_weights")) {
      Map<String, HostTensor> t = tensors();
      t.remove(lost);
      Path file = write(dir, t, ours);
      assertThatThrownBy(() -> AdapterFile.read(file, LARGE))
          .isInstanceOf(HeadClipException.class)
          .hasMessageContaining("no tensor " + lost);
    }
    String said = "{\"provenance\":{\"run_digest\":\"abc\",\"head_weights\":false}}";
    Map<String, HostTensor> t = tensors();
    t.remove("head_weights");
    assertThat(settings(AdapterFile.read(write(dir, t, said), LARGE)).headWeights()).isFalse();
  }

  @Test
  void everySettingSurvivesTheFile(@TempDir Path dir) {
    Recipe r =
        Recipe.of("headclip", LARGE)
            .with(
                Map.ofEntries(
                    Map.entry("image_size", 336),
                    Map.entry("csa", "5-20"),
                    Map.entry("aggregate", "mean_states"),
                    Map.entry("state_norm", "ln_post"),
                    Map.entry("local_input", "self"),
                    Map.entry("local_ffn", true),
                    Map.entry("head_weight_constraint", "softmax"),
                    Map.entry("scale_bias", true),
                    Map.entry("weight_global", true),
                    Map.entry("output_layers", List.of(6, 12, 24)),
                    Map.entry("temperature", 0.05),
                    Map.entry("sigma", 2.5),
                    Map.entry("top_count", 17),
                    Map.entry("top_map", "raw"),
                    Map.entry("lambda", 0.25),
                    Map.entry("cls_ln_post", true),
                    Map.entry("templates_normal", "part"),
                    Map.entry("templates_abnormal", "broken part"),
                    Map.entry("prompt_length", 7),
                    Map.entry("deep_start", 1),
                    Map.entry("deep_mode", "insert"),
                    Map.entry("deep_half_round", true),
                    Map.entry("deep_layers", 1),
                    Map.entry("head_weight_start", 0.5),
                    Map.entry("head_weight_lr", 0.01),
                    Map.entry("local_loss_weight", 4.0),
                    Map.entry("position", "bicubic"),
                    Map.entry("threshold", 0.75)));
    Map<String, HostTensor> l = new LinkedHashMap<>();
    l.put("prompt.normal", HostTensor.filled(.5f, 7, 768));
    l.put("prompt.abnormal", HostTensor.filled(-1, 7, 768));
    l.put("text.deep.0", HostTensor.filled(2, 4, 768));
    l.put("head_weights", HostTensor.filled(3, 16, 16));
    Path file = dir.resolve("b.safetensors");
    Adapter written = new Adapter(r.method(), r.scores(), new Tensors<>(l), Map.of("seed", 7));
    AdapterFile.write(file, written);
    Adapter back = AdapterFile.read(file, LARGE);
    assertThat(back.method().settings()).isEqualTo(r.method().settings());
    assertThat(back.scores()).isEqualTo(r.scores());
    assertThat(back.learned()).isEqualTo(written.learned());
    assertThat(back.provenance()).containsEntry("seed", 7);
  }

  @Test
  void aFileOfTheLastVersionIsReadWithEverythingItSays(@TempDir Path dir) {
    String json =
        """
        {"method":"headclip","image_size":336,"csa":{"first":5,"last":20},"output_layers":[6,12],
         "aggregate":"meanStates","state_norm":"ln_post","local_input":"global","local_ffn":false,
         "head_weight_constraint":"positive","scale_bias":true,"weight_global":false,
         "temperature":0.05,"sigma":2.5,"top_count":17,"top_map":"raw","lambda":0.25,
         "cls_ln_post":true,"templates":{"normal":"part","abnormal":"broken part"},
         "prompt_length":12,"deep":{"start":2,"mode":"overwrite","half_round":true},
         "position":"bicubic","threshold":0.75,"provenance":{}}
        """;
    Map<String, HostTensor> t = tensors();
    t.put("head_weights", HostTensor.filled(1, 16, 16));
    Adapter a = AdapterFile.read(write(dir, t, json), LARGE);
    HeadClipSettings s = settings(a);
    assertThat(s.localPath().aggregate()).isEqualTo(LocalPath.Aggregate.MEAN_STATES);
    assertThat(s.localPath().csa()).hasToString("5-20");
    assertThat(s.prompts().deep().halfRound()).isTrue();
    assertThat(a.scores().topCount()).contains(17);
    assertThat(a.scores().topMap()).isEqualTo(ScoreSettings.TopMap.RAW);
    assertThat(a.scores().top(1000)).isEqualTo(17);
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
          {"{\"lambda\":2}", "lambda is 2.0, expected 0 to 1"},
          {"{\"lambda\":\"x\"}", "lambda is \"x\", expected a number"},
          {"{\"aggregate\":\"median\"}", "aggregate is \"median\", expected one of"},
          {"{\"image_size\":500}", "not a multiple of the backbone's patch size 14"},
          {"{\"output_layers\":[25]}", "output_layers is [25], expected up to"},
          {"{\"method\":\"headcilp\"}", "no method headcilp, expected one of"},
          {"{\"top_fracton\":0.1}", "unknown key top_fracton, did you mean top_fraction?"},
          {"{\"deep\":{\"strat\":1}}", "unknown key deep.strat, did you mean start?"},
          {"{\"deep\":{\"start\":0}}", "deep.start is 0, expected at least 1"},
          {"{\"csa\":{\"first\":4,\"last\":3}}", "last is 3, expected at least the first, 4"},
          {"{\"deep\":3}", "deep is 3, expected an object"},
          {"{\"prompt_length\":1.5}", "prompt_length is 1.5, expected an integer"},
          {"not json", "is not JSON"}
        }) {
      Path file = write(dir, tensors(), bad[0]);
      assertThatThrownBy(() -> AdapterFile.read(file, LARGE))
          .isInstanceOf(HeadClipException.class)
          .hasMessageContaining(bad[1]);
    }
  }

  @Test
  void aTensorThatIsNoneOfTheMethodsIsNamed(@TempDir Path dir) {
    Map<String, HostTensor> t = tensors();
    t.put("text.deeep.8", HostTensor.zeros(4, 768));
    Path file = write(dir, t, "{}");
    assertThatThrownBy(() -> AdapterFile.read(file, LARGE))
        .hasMessageContaining("tensor text.deeep.8 is none of method headclip's");
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
