package dev.headclip.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.HeadClipException;
import dev.headclip.clip.ClipConfig;
import dev.headclip.tensor.HostTensor;
import dev.headclip.testing.Golden;
import dev.headclip.weights.FileSet;
import dev.headclip.weights.SafetensorsFile;
import dev.headclip.weights.SafetensorsWriter;
import dev.headclip.weights.TensorInfo;
import dev.headclip.weights.TorchArchive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One small CLIP in every published form, and files to refuse (shared/golden/baselines/loaders).
 */
class PublishedFormsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hf_pytorch_bin",
        "hf_fp16",
        "hf_bf16",
        "hf_sharded",
        "openai_jit",
        "open_clip_pt",
        "open_clip_safetensors"
      })
  void everyTensorOfEveryFormIsExact(String form) throws Exception {
    Path loaders = Golden.shared("golden/baselines/loaders");
    JsonNode expected = JSON.readTree(loaders.resolve("expected.json").toFile()).path(form);
    try (Backbone b = Backbone.open(loaders.resolve(form))) {
      assertThat(b.weights().tensors()).hasSize(expected.size());
      for (var e : b.weights().tensors().entrySet()) {
        JsonNode want = expected.path(e.getKey());
        assertThat(TensorInfo.text(e.getValue().shape()))
            .as(e.getKey())
            .isEqualTo(want.path("shape").toString());
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        b.weights().read(e.getKey(), bytes -> sha.update(bytes.duplicate()));
        assertThat(HexFormat.of().formatHex(sha.digest()))
            .as(e.getKey())
            .isEqualTo(want.path("sha256").asText());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"openai_jit/tiny.pt", "open_clip_pt/tiny.pt"})
  void sizesAreInferredWhereThereIsNoConfig(String file, @TempDir Path dir) throws IOException {
    Path alone = dir.resolve("weights.pt");
    Files.copy(Golden.shared("golden/baselines/loaders").resolve(file), alone);
    try (Backbone b = Backbone.open(alone)) {
      ClipConfig c = b.config();
      assertThat(c.vision().width()).isEqualTo(64);
      assertThat(c.vision().layers()).isEqualTo(6);
      assertThat(c.text().layers()).isEqualTo(4);
      assertThat(c.patchSize()).isEqualTo(14);
      assertThat(c.imageSize()).isEqualTo(70);
      assertThat(c.embed()).isEqualTo(32);
      assertThat(c.vocabulary()).isEqualTo(600);
    }
  }

  @Test
  void anAdapterBesideACheckpointIsNoSecondBackbone(@TempDir Path dir) throws IOException {
    Path loaders = Golden.shared("golden/baselines/loaders");
    Files.copy(loaders.resolve("openai_jit/tiny.pt"), dir.resolve("ViT-tiny.pt"));
    SafetensorsWriter.write(
        dir.resolve("adapter.safetensors"),
        Map.of("prompt.normal", HostTensor.zeros(12, 48)),
        Map.of("headclip", "{}"),
        false);
    try (Backbone b = Backbone.open(dir)) {
      assertThat(b.config().embed()).isEqualTo(32);
    }
  }

  @Test
  @Timeout(value = 20, unit = TimeUnit.SECONDS)
  void everyHostileFileIsRefusedInOneLine(@TempDir Path dir) throws IOException {
    Path hostile = Golden.shared("golden/baselines/loaders/hostile");
    Path payload = Path.of("/tmp/PWNED_HEADCLIP");
    Files.deleteIfExists(payload);
    for (JsonNode n : JSON.readTree(hostile.resolve("hostile.json").toFile())) {
      Path file = hostile.resolve(n.path("file").asText());
      assertThatThrownBy(() -> open(file, n.path("kind").asText(), dir))
          .as(n.path("why").asText())
          .isInstanceOf(HeadClipException.class)
          .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
    }
    assertThat(payload).doesNotExist();
  }

  private static void open(Path file, String kind, Path dir) throws IOException {
    switch (kind) {
      case "pth" -> TorchArchive.open(file).close();
      case "safetensors" -> SafetensorsFile.open(file).close();
      case "backbone folder" -> Backbone.open(file).close();
      default -> {
        Path folder = Files.createTempDirectory(dir, "config");
        Files.copy(file, folder.resolve("config.json"));
        Files.copy(file.resolveSibling("model.safetensors"), folder.resolve("model.safetensors"));
        Backbone.open(folder).close();
      }
    }
  }

  @Test
  void aMissingTensorIsNamedWithItsShape() {
    Path folder = Golden.shared("golden/baselines/loaders/hostile/missing_tensors");
    assertThatThrownBy(() -> Backbone.open(folder).close())
        .hasMessageContaining("is missing, expected [");
  }

  @Test
  void theDigestDoesNotDependOnTheForm() {
    Path loaders = Golden.shared("golden/baselines/loaders");
    try (Backbone a = Backbone.open(loaders.resolve("hf_pytorch_bin"));
        Backbone b = Backbone.open(loaders.resolve("open_clip_pt"))) {
      assertThat(a.digest()).isEqualTo(b.digest());
    }
  }

  @Test
  void aFolderWithoutWeightsIsRefused(@TempDir Path dir) throws IOException {
    Files.writeString(dir.resolve("config.json"), "{}");
    assertThatThrownBy(() -> Backbone.open(dir))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining("no weights, expected model.safetensors");
  }

  @Test
  void absentFieldsTakeTheDefaultsOfClipConfig(@TempDir Path dir) throws IOException {
    Files.writeString(
        dir.resolve("config.json"),
        """
        {"projection_dim": 768,
         "text_config": {"hidden_size": 768, "intermediate_size": 3072, "num_attention_heads": 12},
         "vision_config": {"hidden_size": 64, "patch_size": 14},
         "vision_config_dict": {"hidden_size": 1024, "intermediate_size": 4096,
           "num_hidden_layers": 24, "num_attention_heads": 16, "image_size": 336}}
        """);
    ClipConfig c = ConfigReader.read(new FileSet.OnDisk(dir)).orElseThrow();
    assertThat(c.vision().width()).isEqualTo(1024);
    assertThat(c.patchSize()).isEqualTo(14);
    assertThat(c.imageSize()).isEqualTo(336);
    assertThat(c.text().layers()).isEqualTo(12);
    assertThat(c.vocabulary()).isEqualTo(49408);
    assertThat(c.context()).isEqualTo(77);
    assertThat(c.vision().activation().key()).isEqualTo("quick_gelu");
  }
}
