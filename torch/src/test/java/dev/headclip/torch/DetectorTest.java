package dev.headclip.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.headclip.HeadClipException;
import dev.headclip.detect.Detection;
import dev.headclip.detect.DetectionStream;
import dev.headclip.detect.Detector;
import dev.headclip.detect.Outcome;
import dev.headclip.engine.EngineSettings;
import dev.headclip.image.ImageLoader;
import dev.headclip.image.ImageWriter;
import dev.headclip.image.RgbImage;
import dev.headclip.synth.Generator;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DetectorTest {
  @TempDir private Path dir;

  private Path model() throws IOException {
    return TinyModel.write(Files.createDirectory(dir.resolve("model")));
  }

  private static RgbImage picture(int i) {
    return Generator.drawn(2, 80).any(i).image();
  }

  private Path file(int i) throws IOException {
    Path p = dir.resolve(i + ".png");
    try (OutputStream out = Files.newOutputStream(p)) {
      ImageWriter.png(picture(i), out);
    }
    return p;
  }

  @Test
  void scoreIsTheJointScoreOfItsParts() throws IOException {
    try (Detector d = Detector.load(model().toString())) {
      Detection found = d.detect(file(0));
      assertThat(found.score())
          .isCloseTo(0.5 * found.globalScore() + 0.5 * found.localScore(), within(1e-9));
      assertThat(found.width()).isEqualTo(80);
      assertThat(found.map().width()).isEqualTo(70);
      assertThat(found.mapAtImageSize().width()).isEqualTo(80);
      assertThat(found.anomalous()).isEqualTo(found.score() >= d.threshold());
    }
  }

  @Test
  void thresholdAndLambdaMoveVerdictAndScoreOnly() throws IOException {
    String model = model().toString();
    RgbImage image = picture(1);
    Detector.Options o =
        new Detector.Options(
            Optional.of("torch"),
            OptionalDouble.of(0),
            OptionalInt.empty(),
            OptionalDouble.of(1),
            ImageLoader.defaults(),
            EngineSettings.defaults());
    try (Detector plain = Detector.load(model);
        Detector moved = Detector.load(model, o)) {
      Detection a = plain.detect(image);
      Detection b = moved.detect(image);
      assertThat(b.anomalous()).isTrue();
      assertThat(b.score()).isEqualTo(b.localScore());
      assertThat(b.globalScore()).isEqualTo(a.globalScore());
      assertThat(b.map().values()).isEqualTo(a.map().values());
    }
  }

  @Test
  void otherImageSizesWork() throws IOException {
    Detector.Options o =
        new Detector.Options(
            Optional.empty(),
            OptionalDouble.empty(),
            OptionalInt.of(98),
            OptionalDouble.empty(),
            ImageLoader.defaults(),
            EngineSettings.defaults());
    String model = model().toString();
    try (Detector d = Detector.load(model, o)) {
      assertThat(d.detect(picture(0)).map().width()).isEqualTo(98);
    }
    Detector.Options odd =
        new Detector.Options(
            Optional.empty(),
            OptionalDouble.empty(),
            OptionalInt.of(100),
            OptionalDouble.empty(),
            ImageLoader.defaults(),
            EngineSettings.defaults());
    assertThatThrownBy(() -> Detector.load(model, odd))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining("not a multiple of the backbone's patch size 14; try 98");
  }

  @Test
  void threadsShareADetector() throws Exception {
    try (Detector d = Detector.load(model().toString())) {
      List<Double> expected =
          IntStream.range(0, 12).mapToObj(i -> d.detect(picture(i)).score()).toList();
      ExecutorService pool = Executors.newFixedThreadPool(4);
      List<Callable<Double>> tasks = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        int at = i;
        tasks.add(() -> d.detect(picture(at)).score());
      }
      List<Future<Double>> found = pool.invokeAll(tasks);
      pool.shutdown();
      for (int i = 0; i < 12; i++) {
        assertThat(found.get(i).get()).isEqualTo(expected.get(i));
      }
    }
  }

  @Test
  void streamsKeepTheOrderAndGoOnAfterBadImages() throws IOException {
    List<Path> images = new ArrayList<>();
    for (int i = 0; i < 21; i++) {
      images.add(file(i));
    }
    images.add(5, Files.writeString(dir.resolve("bad.png"), "no image"));
    images.add(dir.resolve("missing.png"));
    try (Detector d = Detector.load(model().toString())) {
      List<Outcome> out = new ArrayList<>();
      new DetectionStream<>(d, false, Function.<Outcome>identity()).run(images, out::add);
      assertThat(out.stream().map(Outcome::image)).containsExactlyElementsOf(images);
      assertThat(out.stream().filter(o -> o instanceof Outcome.Failed)).hasSize(2);
      Outcome.Scored first = (Outcome.Scored) out.get(0);
      assertThat(first.detection().score())
          .isCloseTo(d.detect(images.get(0)).score(), within(1e-6));
    }
  }

  @Test
  void aClosedDetectorSaysSo() throws IOException {
    Detector d = Detector.load(model().toString());
    d.close();
    d.close();
    assertThatThrownBy(() -> d.detect(picture(0)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void missingModelsAndEnginesAreNamed() throws IOException {
    assertThatThrownBy(() -> Detector.load("nosuch"))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining("nosuch: no such folder and no built-in model");
    Path model = model();
    Detector.Options o =
        new Detector.Options(
            Optional.of("abacus"),
            OptionalDouble.empty(),
            OptionalInt.empty(),
            OptionalDouble.empty(),
            ImageLoader.defaults(),
            EngineSettings.defaults());
    assertThatThrownBy(() -> Detector.load(model.toString(), o))
        .hasMessageContaining("--engine abacus is not in this build");
    Files.delete(model.resolve("adapter.safetensors"));
    assertThatThrownBy(() -> Detector.load(model.toString()))
        .hasMessageContaining("no adapter.safetensors");
  }
}
