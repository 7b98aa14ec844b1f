package dev.headclip.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headclip.engine.EngineSettings;
import dev.headclip.engine.Precision;
import dev.headclip.method.Adapter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionCacheTest {
  @TempDir private Path dir;
  private Path home;
  private Models models;

  @BeforeEach
  void open() throws IOException {
    models = new Models(Files.createDirectory(dir.resolve("model")));
    home = Files.createDirectory(dir.resolve("cache"));
  }

  @AfterEach
  void close() {
    models.close();
  }

  private float score(Adapter a, Precision p) {
    EngineSettings settings = new EngineSettings(p, false, 1);
    int side = a.settings().imageSize();
    try (OnnxSession s =
        new OnnxSession(
            SessionCache.open(models.backbone(), a, settings, Optional.of(home)),
            models.backbone().config(),
            side,
            p)) {
      return s.run(Models.pixels(1, side), 1).global()[0];
    }
  }

  private List<Path> entries() throws IOException {
    try (Stream<Path> all = Files.list(home)) {
      return all.toList();
    }
  }

  @Test
  void theSecondStartReadsWhatTheFirstWrote() throws IOException {
    float first = score(models.adapter(), Precision.FP32);
    Path model = entries().get(0).resolve("model.onnx");
    Object written = Files.readAttributes(model, "unix:ino").get("ino");
    assertThat(score(models.adapter(), Precision.FP32)).isEqualTo(first);
    assertThat(entries()).hasSize(1);
    assertThat(Files.readAttributes(model, "unix:ino").get("ino")).isEqualTo(written);
  }

  @Test
  void everyModelSizePrecisionAndWeightsFileHasAnEntryOfItsOwn() throws IOException {
    Adapter a = models.adapter();
    score(a, Precision.FP32);
    score(a, Precision.INT8);
    score(a.withSettings(a.settings().withImageSize(98)), Precision.FP32);
    assertThat(entries()).hasSize(3);
    // what only turns numbers into scores makes no other network
    score(a.withSettings(a.settings().withLambda(0.9)), Precision.FP32);
    assertThat(entries()).hasSize(3);
    Path weights = models.backbone().path().resolve("model.safetensors");
    Files.setLastModifiedTime(weights, java.nio.file.attribute.FileTime.fromMillis(1_000_000));
    score(a, Precision.FP32);
    assertThat(entries()).hasSize(4);
  }

  @Test
  void aDamagedEntryIsMadeAnew() throws IOException {
    float first = score(models.adapter(), Precision.FP32);
    Path model = entries().get(0).resolve("model.onnx");
    Files.writeString(model, "not a model");
    assertThat(score(models.adapter(), Precision.FP32)).isEqualTo(first);
    assertThat(Files.size(model)).isGreaterThan(1000);
  }

  @Test
  void theLeastUsedGo() throws IOException {
    for (int i = 0; i < SessionCache.KEPT + 2; i++) {
      Adapter a = models.adapter();
      score(a.withSettings(a.settings().withImageSize(14 * (i + 1))), Precision.FP32);
    }
    assertThat(entries()).hasSize(SessionCache.KEPT);
  }

  @Test
  void aFolderThatCannotBeWrittenOnlyCostsTheTime() throws IOException {
    float expected = score(models.adapter(), Precision.FP32);
    home = Files.writeString(dir.resolve("file"), "").resolve("below");
    assertThat(score(models.adapter(), Precision.FP32)).isEqualTo(expected);
  }
}
