package dev.headclip.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.image.ImageWriter;
import dev.headclip.synth.DataSetWriter;
import dev.headclip.synth.Generator;
import dev.headclip.testing.Baselines;
import dev.headclip.testing.TinyModel;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From a data set to an exported detector, with each method that learns. */
class JourneyTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path dir;
  private Path clip;
  private Path data;
  private Path picture;

  @BeforeEach
  void prepare() throws IOException {
    clip = TinyModel.backbone(dir.resolve("clip"));
    data = dir.resolve("data");
    picture = dir.resolve("x.png");
    try (OutputStream out = Files.newOutputStream(picture)) {
      ImageWriter.png(Generator.drawn(2, 64).any(1).image(), out);
    }
  }

  private Processes.Run headclip(Object... args) {
    Processes.Run r = new Commands(dir).run(args);
    assertThat(r.code()).as(r.err()).isZero();
    return r;
  }

  private JsonNode json(Object... args) throws IOException {
    return JSON.readTree(headclip(args).out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"headclip", "anomalyclip"})
  void aTrainedAdapterIsShownUsedJudgedAndExported(String method) throws Exception {
    headclip("datasets", "synthesize", data, "--count", "46", "--size", "70");
    Path adapter = dir.resolve("new/a.safetensors");
    headclip(
        "train",
        "--root",
        data,
        "--backbone",
        clip,
        "--method",
        method,
        "--out",
        adapter,
        "--epochs",
        "1",
        "--image-size",
        "70",
        "--csa",
        "2-5",
        "--output-layers",
        "3,5",
        "--lambda",
        "0.25");
    JsonNode shown = json("models", "show", clip, "--adapter", adapter);
    assertThat(shown.path("settings").path("method").asText()).isEqualTo(method);
    assertThat(shown.path("settings").path("csa").toString()).isEqualTo("{\"first\":2,\"last\":5}");
    assertThat(shown.path("settings").path("lambda").asDouble()).isEqualTo(0.25);
    assertThat(shown.path("provenance").path("backbone_digest").asText()).hasSize(64);
    Object[] model = {"--backbone", clip, "--adapter", adapter};
    JsonNode used = json(args("detect", picture, model, "--format", "json", "--maps", "none"));
    assertThat(used.path("model").asText()).isEqualTo("a.safetensors");
    JsonNode figures = json(args("evaluate", "--root", data, model, "--format", "json"));
    assertThat(figures.path("mean").path("pixel").path("auroc").asDouble()).isBetween(0.0, 1.0);
    Path exported = dir.resolve("d.onnx");
    headclip(args("export", model, "--out", exported));
    JsonNode again =
        json("detect", picture, "--model", exported, "--format", "json", "--maps", "none");
    assertThat(again.path("score").asDouble())
        .isCloseTo(used.path("score").asDouble(), within(1e-5));
    assertThat(json("models", "show", exported).path("settings").path("method").asText())
        .isEqualTo(method);
    try (Stream<Path> files = Files.walk(dir)) {
      assertThat(files.filter(f -> f.getFileName().toString().endsWith(".tmp"))).isEmpty();
    }
  }

  private static Object[] args(Object... parts) {
    return Stream.of(parts)
        .flatMap(p -> p instanceof Object[] several ? Stream.of(several) : Stream.of(p))
        .toArray();
  }

  @Test
  void aMethodThatLearnsNothingIsJudgedAndExportedForAClass() throws Exception {
    DataSetWriter.write(data, Generator.drawn(6, 70), 46, n -> {});
    Object[] model = {"--backbone", clip, "--method", "winclip", "--image-size", "70"};
    JsonNode figures = json(args("evaluate", "--root", data, model, "--format", "json"));
    assertThat(figures.path("mean").path("image").path("auroc").asDouble()).isBetween(0.0, 1.0);
    Object[] named = {"--class-name", "metal_nut"};
    JsonNode used =
        json(args("detect", picture, model, named, "--format", "json", "--maps", "none"));
    Path exported = dir.resolve("w.onnx");
    headclip(args("export", model, named, "--out", exported));
    JsonNode again =
        json("detect", picture, "--model", exported, "--format", "json", "--maps", "none");
    assertThat(again.path("score").asDouble())
        .isCloseTo(used.path("score").asDouble(), within(1e-5));
  }

  @Test
  void theAuthorsCheckpointBecomesAnAdapter() throws Exception {
    Path tiny = Baselines.path("anomalyclip_clip");
    Path pth = Baselines.path("checkpoints/anomalyclip_tiny.pth");
    Path adapter = dir.resolve("imported.safetensors");
    Processes.Run r = headclip("models", "import", pth, "--backbone", tiny, "--out", adapter);
    assertThat(r.out()).contains("method anomalyclip, ", " tensors");
    JsonNode shown = json("models", "show", adapter);
    assertThat(shown.path("settings").path("method").asText()).isEqualTo("anomalyclip");
    assertThat(shown.path("provenance").path("imported_from").asText())
        .isEqualTo("anomalyclip_tiny.pth");
    assertThat(shown.path("learned").has("text.deep.7")).isTrue();
    Processes.Run other = new Commands(dir).run("models", "import", picture);
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("x.png").hasLineCount(1);
    // one for the published CLIP needs no backbone; it lies in the workplace alone
    Path crane = Baselines.path("checkpoints/crane/epoch_5.pth");
    for (String preset : List.of("official", "paper", "aliased")) {
      headclip("models", "import", crane, "--preset", preset, "--out", adapter);
    }
  }
}
