package dev.headclip.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.HeadClipException;
import dev.headclip.clip.LocalPath;
import dev.headclip.detect.JointScore;
import dev.headclip.engine.EngineSettings;
import dev.headclip.engine.InferenceSession;
import dev.headclip.engine.Precision;
import dev.headclip.engine.Prediction;
import dev.headclip.method.Adapter;
import dev.headclip.method.HeadClipSettings;
import dev.headclip.method.TopPixels;
import dev.headclip.tensor.HostTensor;
import dev.headclip.testing.Golden;
import dev.headclip.torch.TorchEngine;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExporterTest {
  private static final Exporter.Options PORTABLE =
      new Exporter.Options(Dialect.PORTABLE, Precision.FP32, false);
  private static final Exporter.Options FUSED =
      new Exporter.Options(Dialect.FUSED, Precision.FP32, false);

  @TempDir private Path dir;
  private Models models;

  @BeforeEach
  void open() throws IOException {
    models = new Models(Files.createDirectory(dir.resolve("model")));
  }

  @AfterEach
  void close() {
    models.close();
  }

  private Path export(Adapter a, Exporter.Options o) {
    Path file = dir.resolve("out/detector.onnx");
    Exporter.export(models.backbone(), a, o, "test", file, stage -> {});
    return file;
  }

  @Test
  void everyOutputIsTheTorchEnginesForAnyBatch() throws OrtException {
    HeadClipSettings base = models.adapter().settings();
    List<HeadClipSettings> all =
        List.of(
            base,
            base.withImageSize(98).withLambda(0.8).withTop(new TopPixels.Count(7)).withSigma(0),
            base.withLocalPath(LocalPath.of(2, 5)).withOutputLayers(List.of(3, 5)).withLambda(1));
    for (HeadClipSettings s : all) {
      Adapter a = models.adapter(s.withThreshold(0.5));
      for (Exporter.Options o : List.of(PORTABLE, FUSED)) {
        compare(a, export(a, o), 1);
        compare(a, export(a, o), 3);
      }
    }
  }

  private void compare(Adapter a, Path file, int images) throws OrtException {
    int side = a.settings().imageSize();
    float[] pixels = Models.pixels(images, side);
    JointScore scores = new JointScore(a.settings(), models.backbone().config().grid(side));
    try (InferenceSession torch =
            new TorchEngine().open(models.backbone(), a, EngineSettings.defaults());
        Runtime.Open open = Runtime.open(file, Runtime.inference(EngineSettings.defaults()));
        OnnxTensor in =
            OnnxTensor.createTensor(
                Runtime.environment(),
                FloatBuffer.wrap(pixels),
                new long[] {images, 3, side, side});
        OrtSession.Result r = open.session().run(Map.of("pixels", in))) {
      Prediction p = torch.run(pixels, images);
      FloatBuffer maps = OnnxSession.floats(r, "map");
      boolean[] verdicts = (boolean[]) r.get("anomalous").orElseThrow().getValue();
      for (int i = 0; i < images; i++) {
        JointScore.Scores s = scores.of(p.global()[i], p.patches()[i]);
        float[] map = new float[side * side];
        maps.get(map);
        Golden.assertClose("map", HostTensor.of(s.map().values(), map.length), map, 1e-4);
        close("global", s.global(), OnnxSession.floats(r, "global_score").get(i));
        close("local", s.local(), OnnxSession.floats(r, "local_score").get(i));
        close("score", s.joint(), OnnxSession.floats(r, "score").get(i));
        assertThat(verdicts[i]).isEqualTo(s.joint() >= a.settings().threshold());
      }
    }
  }

  private static void close(String what, double expected, double found) {
    assertThat(Math.abs(expected - found)).as(what).isLessThan(1e-5);
  }

  @Test
  void portableModelsHoldStandardOperatorsOnly() throws IOException {
    for (Precision p : Precision.values()) {
      ModelProto m =
          parsed(export(models.adapter(), new Exporter.Options(Dialect.PORTABLE, p, false)));
      assertThat(m.getGraph().getNodeList()).extracting(NodeProto::getDomain).containsOnly("");
      assertThat(m.getOpsetImportList()).hasSize(1);
      assertThat(m.getOpsetImport(0).getVersion()).isEqualTo(17);
    }
    assertThat(parsed(export(models.adapter(), FUSED)).getGraph().getNodeList())
        .extracting(NodeProto::getDomain)
        .contains("com.microsoft");
  }

  private static ModelProto parsed(Path file) throws IOException {
    return ModelProto.parseFrom(Files.readAllBytes(file));
  }

  @Test
  void metadataSaysWhatACallerNeeds() throws IOException {
    ModelProto m = parsed(export(models.adapter(), PORTABLE));
    Map<String, String> found = new java.util.HashMap<>();
    m.getMetadataPropsList().forEach(e -> found.put(e.getKey(), e.getValue()));
    assertThat(found)
        .containsKeys("preprocessing", "image_mean", "image_std", "outputs")
        .containsEntry("image_size", "70")
        .containsEntry("threshold", "0.5")
        .containsEntry("weights", "fp32");
    JsonNode json = new ObjectMapper().readTree(found.get("headclip"));
    assertThat(json.path("lambda").asDouble()).isEqualTo(0.5);
    assertThat(json.path("provenance").path("seed").asInt()).isEqualTo(4);
    assertThat(json.path("export").path("backbone_digest").asText())
        .isEqualTo(models.backbone().digest());
  }

  @Test
  void halfWeightsHalveTheFileAndStayClose() throws IOException {
    long full = Files.size(export(models.adapter(), PORTABLE));
    Exporter.Written half =
        Exporter.export(
            models.backbone(),
            models.adapter(),
            new Exporter.Options(Dialect.PORTABLE, Precision.FP32, true),
            "test",
            dir.resolve("half.onnx"),
            stage -> {});
    assertThat(half.bytes()).isLessThan(full * 7 / 10);
    assertThat(half.check().largest()).isGreaterThan(0).isLessThan(1e-3);
  }

  @Test
  void aModelThatAnswersOtherwiseIsNotWrittenAndNothingIsLost() throws IOException {
    Adapter other = models.adapter(models.adapter().settings().withLambda(0.9));
    ModelFile wrong =
        new ModelFile(
            new Recorder(models.backbone(), other).detector(Dialect.FUSED, Precision.FP32),
            Map.of());
    Path file = dir.resolve("out/detector.onnx");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "older");
    assertThatThrownBy(
            () ->
                Exporter.write(
                    wrong, models.backbone(), models.adapter(), FUSED, file, stage -> {}))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining("not written: its answers differ from the torch engine's");
    assertThat(file).hasContent("older");
    assertThat(file.getParent()).isDirectoryContaining(f -> f.equals(file));
    assertThat(file.getParent().toFile().list()).hasSize(1);
  }

  @Test
  void weightsBesideTheModelAreFoundThere() throws Exception {
    ModelFile model =
        new ModelFile(
            new Recorder(models.backbone(), models.adapter())
                .detector(Dialect.PORTABLE, Precision.FP32),
            Map.of());
    Path file = Files.createDirectory(dir.resolve("two")).resolve("m.onnx");
    model.writeWithData(file);
    assertThat(Files.size(file.resolveSibling("m.onnx.data"))).isGreaterThan(Files.size(file));
    compare(models.adapter(), file, 2);
  }
}
