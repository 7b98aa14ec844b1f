package dev.headclip.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.HeadClipException;
import dev.headclip.detect.Detection;
import dev.headclip.detect.Detector;
import dev.headclip.detect.ImageSource;
import dev.headclip.engine.EngineSettings;
import dev.headclip.engine.InferenceSession;
import dev.headclip.engine.Precision;
import dev.headclip.image.RgbImage;
import dev.headclip.method.ClassName;
import dev.headclip.method.Recipe;
import dev.headclip.method.Scores;
import dev.headclip.model.ClipModel;
import dev.headclip.model.ExportedModel;
import dev.headclip.model.Model;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import dev.headclip.testing.Golden;
import dev.headclip.testing.MethodKit;
import dev.headclip.testing.TinyModel;
import dev.headclip.torch.TorchEngine;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExporterTest {
  private static final ClassName NAME = new ClassName("metal_nut");
  private static final Exporter.Options PORTABLE = options(Dialect.PORTABLE, Precision.FP32);
  private static final Exporter.Options FUSED = options(Dialect.FUSED, Precision.FP32);

  @TempDir private Path dir;
  private Models models;

  private static Exporter.Options options(Dialect d, Precision p) {
    return new Exporter.Options(d, p, false, NAME);
  }

  @BeforeEach
  void write() {
    models = new Models(dir.resolve("model"));
  }

  private Path export(ClipModel model, Exporter.Options o) {
    Path file = dir.resolve("out/detector.onnx");
    Exporter.export(model, o, file, stage -> {});
    return file;
  }

  private Path export(Exporter.Options o) {
    try (ClipModel model = models.model()) {
      return export(model, o);
    }
  }

  @Test
  void everyOutputIsTheTorchEnginesForAnyBatch() throws OrtException {
    List<Map<String, Object>> all =
        List.of(
            Map.of(),
            Map.of("image_size", 98, "lambda", 0.8, "top_count", 7, "sigma", 0),
            Map.of("csa", "2-5", "output_layers", List.of(3, 5), "lambda", 1, "threshold", 0.4),
            Map.of("top_map", "raw", "sigma", 2, "threshold", 0.6));
    for (Map<String, Object> settings : all) {
      try (ClipModel model = models.model(settings)) {
        for (Exporter.Options o : List.of(PORTABLE, FUSED)) {
          Path file = export(model, o);
          compare(model, file, 1);
          compare(model, file, 3);
        }
      }
    }
  }

  private static void compare(ClipModel model, Path file, int images) throws OrtException {
    int side = model.imageSize();
    float[] pixels = TinyModel.pixels(images, side);
    try (InferenceSession torch = new TorchEngine().open(model, EngineSettings.defaults());
        Ort.Open open = Ort.open(file, Ort.inference(EngineSettings.defaults()));
        OnnxTensor in =
            OnnxTensor.createTensor(
                Ort.environment(), FloatBuffer.wrap(pixels), new long[] {images, 3, side, side});
        OrtSession.Result r = open.session().run(Map.of("pixels", in))) {
      Tensors<HostTensor> evidence = torch.run(pixels, images, NAME);
      HostTensor maps = Ort.host((OnnxTensor) r.get("map").orElseThrow());
      boolean[] verdicts = (boolean[]) r.get("anomalous").orElseThrow().getValue();
      for (int i = 0; i < images; i++) {
        Scores s = model.scoring().of(Tensors.rows(evidence, i, i + 1), side, side);
        Tensors<HostTensor> row = Tensors.rows(Tensors.of("map", maps), i, i + 1);
        HostTensor map = HostTensor.of(s.map().values(), side * side);
        Golden.assertClose("map", map, row.get("map").data(), 1e-4);
        close(r, "global_score", i, s.global());
        close(r, "local_score", i, s.local());
        close(r, "score", i, s.score());
        assertThat(verdicts[i]).isEqualTo(s.score() >= model.threshold().value());
      }
    }
  }

  private static void close(OrtSession.Result r, String name, int i, double expected) {
    float found = Ort.host((OnnxTensor) r.get(name).orElseThrow()).data()[i];
    assertThat((double) found).as(name).isCloseTo(expected, within(1e-5));
  }

  @Test
  void everyMethodThatCanBeRecordedIsExportedAndDetectedWith() {
    Map<String, Recipe> recipes = new LinkedHashMap<>(MethodKit.recipes());
    Recipe plain = TinyModel.recipe("adaclip").with(Map.of("hsf_clusters", 0));
    recipes.put("adaclip without its fusion", plain);
    recipes.put(
        "smoothed at the source", TinyModel.recipe("headclip").with(Map.of("smooth_at", "source")));
    for (Map.Entry<String, Recipe> e : recipes.entrySet()) {
      try (ClipModel model = models.of(e.getValue())) {
        if (Recorder.obstacle(model).isPresent()) {
          assertThat(e.getKey()).matches("adaclip|anovl|anovl as (mvtec|visa)|smoothed.*");
          assertThatThrownBy(() -> export(model, PORTABLE))
              .as(e.getKey())
              .hasMessageContaining("cannot be exported");
          continue;
        }
        Path file = export(model, PORTABLE);
        ClipModel again = models.of(e.getValue());
        try (Detector stored = Detector.of(again, EngineSettings.defaults());
            Detector exported = Detector.load(file.toString())) {
          for (int i = 0; i < 2; i++) {
            RgbImage picture = TestPictures.picture(i);
            ImageSource named = ImageSource.of("picture", loader -> picture).withClass(NAME);
            Detection expected = stored.detect(named);
            Detection found = exported.detect(picture);
            assertThat(found.score()).as(e.getKey()).isCloseTo(expected.score(), within(1e-5));
            float[] map = expected.map().values();
            Golden.assertClose(
                e.getKey(), HostTensor.of(map, map.length), found.map().values(), 1e-4);
          }
        }
      }
    }
  }

  @Test
  void anExportedFilesThresholdAndLambdaMayBeChanged() {
    Path file = export(FUSED);
    try (Detector plain = Detector.load(file.toString());
        Detector moved = Detector.builder(file.toString()).lambda(1).threshold(0).build()) {
      Detection a = plain.detect(TestPictures.picture(0));
      Detection b = moved.detect(TestPictures.picture(0));
      assertThat(b.score()).isEqualTo(a.localScore());
      assertThat(b.anomalous()).isTrue();
      assertThat(plain.model()).isInstanceOf(ExportedModel.class);
      assertThat(plain.model().threshold().origin()).isEqualTo("the file's");
    }
    assertThatThrownBy(() -> Detector.builder(file.toString()).set("sigma", 1).build())
        .hasMessageContaining("sigma cannot be changed in an exported model");
    assertThatThrownBy(() -> Detector.builder(file.toString()).engine("torch").build())
        .hasMessageContaining("an exported model needs the onnx engine");
  }

  @Test
  void filesThatAreNotOursAreRefusedInOneLine() throws IOException {
    Path text = Files.writeString(dir.resolve("text.onnx"), "no model at all");
    assertThatThrownBy(() -> Model.open(text.toString()))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining(text.toString());
    Path foreign = dir.resolve("foreign.onnx");
    Files.write(foreign, ModelProto.newBuilder().setIrVersion(8).build().toByteArray());
    assertThatThrownBy(() -> Model.open(foreign.toString()))
        .hasMessageContaining("not one of ours");
    assertThatThrownBy(() -> Model.open(dir.resolve("none.onnx").toString()))
        .hasMessageContaining("no such exported model");
  }

  @Test
  void portableModelsHoldStandardOperatorsOnly() throws IOException {
    for (Precision p : Precision.values()) {
      ModelProto m = parsed(export(options(Dialect.PORTABLE, p)));
      assertThat(m.getGraph().getNodeList()).extracting(NodeProto::getDomain).containsOnly("");
      assertThat(m.getOpsetImportList()).hasSize(1);
      assertThat(m.getOpsetImport(0).getVersion()).isEqualTo(17);
    }
    assertThat(parsed(export(FUSED)).getGraph().getNodeList())
        .extracting(NodeProto::getDomain)
        .contains("com.microsoft");
  }

  private static ModelProto parsed(Path file) throws IOException {
    return ModelProto.parseFrom(Files.readAllBytes(file));
  }

  @Test
  void metadataSaysWhatACallerNeeds() throws IOException {
    ModelProto m = parsed(export(PORTABLE));
    Map<String, String> found = new HashMap<>();
    m.getMetadataPropsList().forEach(e -> found.put(e.getKey(), e.getValue()));
    assertThat(found)
        .containsKeys("preprocessing", "image_mean", "image_std", "outputs")
        .containsEntry("image_size", "70")
        .containsEntry("threshold", "0.5")
        .containsEntry("weights", "fp32");
    JsonNode json = new ObjectMapper().readTree(found.get("headclip"));
    assertThat(json.path("lambda").asDouble()).isEqualTo(0.5);
    assertThat(json.path("provenance").path("seed").asInt()).isEqualTo(4);
    try (ClipModel model = models.model()) {
      assertThat(json.path("export").path("backbone_digest").asText())
          .isEqualTo(model.backbone().digest());
    }
  }

  @Test
  void halfWeightsHalveTheFileAndStayClose() throws IOException {
    long full = Files.size(export(PORTABLE));
    try (ClipModel model = models.model()) {
      Exporter.Written half =
          Exporter.export(
              model,
              new Exporter.Options(Dialect.PORTABLE, Precision.FP32, true),
              dir.resolve("half.onnx"),
              stage -> {});
      assertThat(half.bytes()).isLessThan(full * 7 / 10);
      assertThat(half.check().largest()).isGreaterThan(0).isLessThan(1e-3);
    }
  }

  @Test
  void aModelThatAnswersOtherwiseIsNotWrittenAndNothingIsLost() throws IOException {
    Path file = dir.resolve("out/detector.onnx");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "older");
    try (ClipModel model = models.model();
        ClipModel other = models.model(Map.of("lambda", 0.9))) {
      Recorder recorder = new Recorder(other);
      ModelFile wrong =
          new ModelFile(recorder.detector(Dialect.FUSED, Precision.FP32, NAME), Map.of());
      assertThatThrownBy(() -> Exporter.write(wrong, model, FUSED, file, stage -> {}))
          .isInstanceOf(HeadClipException.class)
          .hasMessageContaining("not written: its answers differ from the torch engine's");
    }
    assertThat(file).hasContent("older");
    assertThat(file.getParent().toFile().list()).hasSize(1);
  }

  @Test
  void weightsBesideTheModelAreFoundThere() throws Exception {
    Path file = Files.createDirectory(dir.resolve("two")).resolve("m.onnx");
    try (ClipModel model = models.model()) {
      Recorder recorder = new Recorder(model);
      Graph graph = recorder.detector(Dialect.PORTABLE, Precision.FP32, NAME);
      new ModelFile(graph, Map.of()).writeWithData(file);
      assertThat(Files.size(file.resolveSibling("m.onnx.data"))).isGreaterThan(Files.size(file));
      compare(model, file, 2);
    }
  }
}
