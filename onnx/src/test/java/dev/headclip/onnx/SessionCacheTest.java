package dev.headclip.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headclip.engine.EngineSettings;
import dev.headclip.engine.Precision;
import dev.headclip.method.ClassName;
import dev.headclip.method.RecordableScoring;
import dev.headclip.model.ClipModel;
import dev.headclip.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionCacheTest {
  @TempDir private Path dir;
  private Path home;
  private Models models;

  @BeforeEach
  void write() throws IOException {
    models = new Models(dir.resolve("model"));
    home = Files.createDirectory(dir.resolve("cache"));
  }

  private float score(ClipModel model, Precision p) {
    EngineSettings settings = EngineSettings.defaults().withPrecision(p).withThreads(1);
    try (model;
        OnnxSession s =
            new OnnxSession(
                model,
                settings,
                name -> SessionCache.open(model, settings, name, Optional.of(home)))) {
      float[] pixels = TinyModel.pixels(1, model.imageSize());
      return s.run(pixels, 1, ClassName.unknown()).get(RecordableScoring.GLOBAL).data()[0];
    }
  }

  private float score() {
    return score(models.model(), Precision.FP32);
  }

  private List<Path> entries() throws IOException {
    try (Stream<Path> all = Files.list(home)) {
      return all.toList();
    }
  }

  @Test
  void theSecondStartReadsWhatTheFirstWrote() throws IOException {
    float first = score();
    Path model = entries().get(0).resolve("model.onnx");
    Object written = Files.readAttributes(model, "unix:ino").get("ino");
    assertThat(score()).isEqualTo(first);
    assertThat(entries()).hasSize(1);
    assertThat(Files.readAttributes(model, "unix:ino").get("ino")).isEqualTo(written);
  }

  @Test
  void everyModelSizePrecisionAndWeightsFileHasAnEntryOfItsOwn() throws IOException {
    score();
    score(models.model(), Precision.INT8);
    score(models.model(Map.of("image_size", 98)), Precision.FP32);
    assertThat(entries()).hasSize(3);
    // what only turns numbers into scores makes no other network
    score(models.model(Map.of("lambda", 0.9, "sigma", 1)), Precision.FP32);
    assertThat(entries()).hasSize(3);
    FileTime other = FileTime.fromMillis(1_000_000);
    Files.setLastModifiedTime(models.folder().resolve("model.safetensors"), other);
    score();
    assertThat(entries()).hasSize(4);
  }

  @Test
  void aDamagedEntryIsMadeAnew() throws IOException {
    float first = score();
    Path model = entries().get(0).resolve("model.onnx");
    Files.writeString(model, "not a model");
    assertThat(score()).isEqualTo(first);
    assertThat(Files.size(model)).isGreaterThan(1000);
  }

  @Test
  void aHoleInTheWeightsIsFoundBeforeTheyAreUsed() throws IOException {
    Path folder = Files.createDirectory(home.resolve("sealed"));
    Path data = folder.resolve("model.onnx.data");
    byte[] content = new byte[100_000];
    java.util.Arrays.fill(content, (byte) 7);
    Files.write(data, content);
    Files.writeString(folder.resolve("model.onnx"), "graph");
    CacheEntry.seal(folder);
    assertThat(CacheEntry.isWhole(folder)).isTrue();
    java.util.Arrays.fill(content, 5_000, 5_016, (byte) 0);
    Files.write(data, content);
    assertThat(CacheEntry.isWhole(folder)).isFalse();
    Files.delete(folder.resolve("sums.txt"));
    assertThat(CacheEntry.isWhole(folder)).isFalse();
  }

  @Test
  void theLeastUsedGo() throws IOException {
    for (int i = 0; i < SessionCache.KEPT + 2; i++) {
      score(models.model(Map.of("image_size", 14 * (i + 1))), Precision.FP32);
    }
    assertThat(entries()).hasSize(SessionCache.KEPT);
  }

  @Test
  void aFolderThatCannotBeWrittenOnlyCostsTheTime() throws IOException {
    float expected = score();
    home = Files.writeString(dir.resolve("file"), "").resolve("below");
    assertThat(score()).isEqualTo(expected);
  }
}
