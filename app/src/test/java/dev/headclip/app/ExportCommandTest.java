package dev.headclip.app;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.image.ImageLoader;
import dev.headclip.image.ImageWriter;
import dev.headclip.image.Normalization;
import dev.headclip.image.Preprocess;
import dev.headclip.synth.Generator;
import dev.headclip.testing.TinyModel;
import java.io.OutputStream;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportCommandTest {
  @TempDir private Path dir;
  private Path model;

  @BeforeEach
  void model() {
    model = TinyModel.write(dir.resolve("model"));
  }

  private Processes.Run headclip(Object... args) {
    return new Commands(dir).run(args);
  }

  @Test
  void theFileAnswersAsDetectDoes() throws Exception {
    Path picture = dir.resolve("x.png");
    try (OutputStream out = Files.newOutputStream(picture)) {
      ImageWriter.png(Generator.drawn(2, 64).any(1).image(), out);
    }
    Processes.Run r =
        headclip(
            "export",
            "--model",
            model,
            "--lambda",
            "0.7",
            "--image-size",
            "84",
            "--out",
            Path.of("d.onnx"));
    assertThat(r.code()).as(r.err()).isZero();
    assertThat(r.out())
        .startsWith(dir.resolve("d.onnx") + ": ")
        .contains("against the torch engine");

    Processes.Run detect =
        headclip(
            "detect",
            picture,
            "--model",
            model,
            "--lambda",
            "0.7",
            "--image-size",
            "84",
            "--maps",
            "none",
            "--format",
            "json");
    JsonNode expected = new ObjectMapper().readTree(detect.out());
    float[] pixels = new float[3 * 84 * 84];
    Normalization.clip()
        .apply(Preprocess.SQUARE.apply(ImageLoader.defaults().load(picture), 84), pixels, 0);
    OrtEnvironment env = OrtEnvironment.getEnvironment();
    try (OrtSession session = env.createSession(dir.resolve("d.onnx").toString());
        OnnxTensor in =
            OnnxTensor.createTensor(env, FloatBuffer.wrap(pixels), new long[] {1, 3, 84, 84});
        OrtSession.Result found = session.run(Map.of("pixels", in))) {
      float score = ((float[]) found.get("score").orElseThrow().getValue())[0];
      assertThat(Math.abs(score - expected.path("score").asDouble())).isLessThan(1e-5);
    }
  }

  @Test
  void whatCannotBeWrittenIsOneLine() throws Exception {
    Processes.Run r = headclip("export", "--model", model, "--out", dir);
    assertThat(r.code()).isEqualTo(2);
    assertThat(r.err()).contains("is a folder, expected the name of a file");
    r = headclip("export", "--model", model, "--out", Path.of("d.onnx"), "--image-size", "50");
    assertThat(r.code()).isEqualTo(2);
    assertThat(r.err().lines()).hasSize(1);
    assertThat(r.err()).contains("50 is not a multiple of the backbone's patch size 14");
    r = headclip("export", "--model", model);
    assertThat(r.code()).isEqualTo(2);
    assertThat(r.err()).contains("--out");
    assertThat(dir.resolve("d.onnx")).doesNotExist();
  }
}
