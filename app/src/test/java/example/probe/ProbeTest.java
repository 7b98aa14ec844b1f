package example.probe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.app.Commands;
import dev.headclip.app.Processes;
import dev.headclip.image.ImageWriter;
import dev.headclip.synth.DataSetWriter;
import dev.headclip.synth.Generator;
import dev.headclip.testing.HostInterpreter;
import dev.headclip.testing.LearningKit;
import dev.headclip.testing.MethodKit;
import dev.headclip.testing.TinyModel;
import dev.headclip.training.spi.LearningEngine;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The toy method of docs/method.md, as its readers would use it. */
class ProbeTest {
  @TempDir private Path dir;

  @TestFactory
  Stream<DynamicTest> inPlainJava() {
    return new MethodKit(new HostInterpreter()).tests("probe");
  }

  @TestFactory
  Stream<DynamicTest> gradients() {
    return LearningKit.tests(LearningEngine.find(), name -> name.startsWith("probe"));
  }

  @Test
  void theDocumentHoldsThisVeryCodeInAtMostSixtyLines() throws Exception {
    Path source = Path.of("src/test/java/example/probe/Probe.java");
    String code = Files.readString(source);
    String doc = Files.readString(Path.of("../docs/method.md"));
    assertThat(doc).contains("```java\n" + code + "```");
    assertThat(code.lines().count()).isLessThanOrEqualTo(60);
    Path service = Path.of("src/test/resources/META-INF/services/dev.headclip.method.Method");
    assertThat(service).hasContent("example.probe.Probe\n");
  }

  @Test
  void itIsTrainedUsedJudgedAndExported() throws Exception {
    Path clip = TinyModel.backbone(dir.resolve("clip"));
    Path data = dir.resolve("data");
    Path adapter = dir.resolve("probe.safetensors");
    Path file = dir.resolve("probe.onnx");
    Path picture = dir.resolve("x.png");
    DataSetWriter.write(data, Generator.drawn(6, 70), 46, n -> {});
    try (OutputStream out = Files.newOutputStream(picture)) {
      ImageWriter.png(Generator.drawn(2, 64).any(1).image(), out);
    }
    assertThat(run("models", "methods")).contains("probe");
    assertThat(run("train", "--method", "probe", "--help")).contains("--temperature=X");
    run(
        "train",
        "--method",
        "probe",
        "--root",
        data,
        "--backbone",
        clip,
        "--image-size",
        70,
        "--epochs",
        3,
        "--temperature",
        0.2,
        "--out",
        adapter);
    assertThat(run("models", "show", adapter)).contains("\"method\" : \"probe\"", "0.2");
    String scored =
        run("detect", picture, "--backbone", clip, "--adapter", adapter, "--maps", "none");
    assertThat(scored).contains("x.png");
    String figures =
        run(
            "evaluate",
            "--root",
            data,
            "--backbone",
            clip,
            "--adapter",
            adapter,
            "--format",
            "json");
    assertThat(new ObjectMapper().readTree(figures).at("/mean/pixel/auroc").asDouble())
        .isBetween(0.0, 1.0);
    run("export", "--backbone", clip, "--adapter", adapter, "--out", file);
    assertThat(run("detect", picture, "--model", file, "--maps", "none")).isEqualTo(scored);
  }

  private String run(Object... args) {
    Processes.Run r = new Commands(dir).run(args);
    assertThat(r.code()).as(r.err()).isZero();
    return r.out();
  }
}
