package dev.headclip.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.detect.Detector;
import dev.headclip.detect.DetectorBuilder;
import dev.headclip.detect.ImageSource;
import dev.headclip.engine.EngineSettings;
import dev.headclip.engine.Precision;
import dev.headclip.image.ImageWriter;
import dev.headclip.image.RgbImage;
import dev.headclip.method.AdapterFile;
import dev.headclip.model.ClipModel;
import dev.headclip.model.Model;
import dev.headclip.reference.ReferenceFile;
import dev.headclip.testing.TinyModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * One file of each format of each release, with the scores that it gave: later versions read it and
 * give the same. A release adds its own with {@code -Dheadclip.release.write=VERSION
 * -Dtest=ReleasedFormatsTest}.
 */
class ReleasedFormatsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path KEPT = Path.of("src", "test", "resources", "released");

  /** Under which version; the jar's is not known to its tests. */
  private static final String WRITE = "headclip.release.write";

  private static final String ADAPTER = "adapter.safetensors";
  private static final String SUBSPACE = "references-subspace.safetensors";
  private static final String KNN = "references-knn.safetensors";
  private static final String EXPORTED = "detector.onnx";

  @TempDir private Path dir;

  /** Drawn by rule: later generators may draw others. */
  private static RgbImage picture(int shift) {
    int side = 80;
    byte[] rgb = new byte[side * side * 3];
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        int i = 3 * (y * side + x);
        boolean spot = (x - 50) * (x - 50) + (y - 30) * (y - 30) < 60 && shift == 0;
        rgb[i] = (byte) (spot ? 230 : (x * 3 + shift * 7) % 97 + 60);
        rgb[i + 1] = (byte) (spot ? 40 : (y * 5 + shift) % 71 + 80);
        rgb[i + 2] = (byte) (spot ? 30 : (x + y) % 53 + 90);
      }
    }
    return new RgbImage(side, side, rgb);
  }

  private static List<ImageSource> normal() {
    return IntStream.range(1, 4)
        .mapToObj(i -> ImageSource.of("good" + i, png(picture(i))))
        .toList();
  }

  private static byte[] png(RgbImage image) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageWriter.png(image, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private Path tiny() {
    Path clip = dir.resolve("clip");
    return Files.isDirectory(clip) ? clip : TinyModel.backbone(clip);
  }

  private double score(Path release, String file) {
    Path f = release.resolve(file);
    DetectorBuilder b =
        file.equals(EXPORTED)
            ? Detector.builder(f.toString())
            : Detector.builder(tiny().toString()).adapter(release.resolve(ADAPTER));
    if (!file.startsWith("references")) {
      try (Detector d = b.build()) {
        return d.detect(picture(0)).score();
      }
    }
    Model base = Model.builder(tiny().toString()).adapter(release.resolve(ADAPTER)).open();
    ClipModel model = ((ClipModel) base).against(ReferenceFile.read(f).model());
    try (Detector d = Detector.of(model, EngineSettings.defaults())) {
      return d.detect(picture(0)).score();
    }
  }

  @Test
  void filesOfEveryReleaseGiveTheScoresTheyGave() throws IOException {
    List<Path> releases;
    try (Stream<Path> all = Files.list(KEPT)) {
      releases = all.filter(Files::isDirectory).sorted().toList();
    }
    assertThat(releases).isNotEmpty();
    for (Path release : releases) {
      JsonNode expected = JSON.readTree(release.resolve("scores.json").toFile());
      assertThat(expected.size()).as(release.toString()).isGreaterThan(3);
      expected
          .fields()
          .forEachRemaining(
              e ->
                  assertThat(score(release, e.getKey()))
                      .as(release + " " + e.getKey())
                      .isCloseTo(e.getValue().asDouble(), within(2e-4)));
    }
  }

  @Test
  @EnabledIfSystemProperty(named = WRITE, matches = ".+")
  void write() throws IOException {
    Path release = Files.createDirectories(KEPT.resolve(System.getProperty(WRITE)));
    AdapterFile.write(release.resolve(ADAPTER), TinyModel.adapter(TinyModel.recipe("headclip")));
    for (String file : List.of(SUBSPACE, KNN)) {
      String scorer = file.equals(KNN) ? "knn" : "subspace";
      DetectorBuilder b =
          Detector.builder(tiny().toString())
              .adapter(release.resolve(ADAPTER))
              .normalImages(normal())
              .references(Map.of("scorer", scorer));
      try (Detector d = b.build()) {
        ReferenceFile.write(
            release.resolve(file), d.references().orElseThrow(), JSON.createObjectNode());
      }
    }
    try (Model m = Model.builder(tiny().toString()).adapter(release.resolve(ADAPTER)).open()) {
      Exporter.export(
          (ClipModel) m,
          new Exporter.Options(Dialect.FUSED, Precision.FP32, false),
          release.resolve(EXPORTED),
          s -> {});
    }
    ObjectNode scores = JSON.createObjectNode();
    for (String file : List.of(ADAPTER, SUBSPACE, KNN, EXPORTED)) {
      scores.put(file, score(release, file));
    }
    Files.writeString(
        release.resolve("scores.json"),
        JSON.writerWithDefaultPrettyPrinter().writeValueAsString(scores) + "\n");
  }
}
