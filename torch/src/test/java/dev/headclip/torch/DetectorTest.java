package dev.headclip.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.headclip.HeadClipException;
import dev.headclip.detect.Detection;
import dev.headclip.detect.Detections;
import dev.headclip.detect.Detector;
import dev.headclip.detect.ImageSource;
import dev.headclip.detect.Outcome;
import dev.headclip.detect.StreamSettings;
import dev.headclip.image.ImageWriter;
import dev.headclip.image.RgbImage;
import dev.headclip.method.ClassName;
import dev.headclip.model.ClipModel;
import dev.headclip.synth.Generator;
import dev.headclip.testing.TinyModel;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DetectorTest {
  @TempDir private Path dir;

  private String model() {
    return TinyModel.write(dir.resolve("model")).toString();
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
    try (Detector d = Detector.load(model())) {
      Detection found = d.detect(file(0));
      assertThat(found.score())
          .isCloseTo(0.5 * found.globalScore() + 0.5 * found.localScore(), within(1e-7));
      assertThat(found.width()).isEqualTo(80);
      assertThat(found.map().width()).isEqualTo(70);
      assertThat(found.mapAtImageSize().width()).isEqualTo(80);
      assertThat(found.anomalous()).isEqualTo(found.score() >= d.threshold());
    }
  }

  @Test
  void pathsBytesStreamsAndDecodedImagesGiveTheSame() throws IOException {
    Path file = file(0);
    byte[] bytes = Files.readAllBytes(file);
    BufferedImage image = ImageIO.read(file.toFile());
    try (Detector d = Detector.load(model())) {
      double expected = d.detect(file).score();
      assertThat(d.detect(bytes).score()).isEqualTo(expected);
      assertThat(d.detect(new ByteArrayInputStream(bytes)).score()).isEqualTo(expected);
      assertThat(d.detect(image).score()).isEqualTo(expected);
      assertThat(d.detect(RgbImage.of(image)).score()).isEqualTo(expected);
      List<ImageSource> sources =
          List.of(
              ImageSource.of(file),
              ImageSource.of("bytes", bytes),
              ImageSource.of("stream", () -> new ByteArrayInputStream(bytes)),
              ImageSource.of("image", image));
      for (ImageSource s : sources) {
        assertThat(d.detect(s).score()).as(s.id()).isEqualTo(expected);
      }
      List<Outcome> all = d.detectAll(List.of(file, file));
      assertThat(all).hasSize(2);
      assertThat(all.get(1).source().id()).isEqualTo(file.toString());
    }
  }

  @Test
  void thresholdAndLambdaMoveVerdictAndScoreOnly() throws IOException {
    String model = model();
    RgbImage image = picture(1);
    try (Detector plain = Detector.load(model);
        Detector moved = Detector.builder(model).engine("torch").threshold(0).lambda(1).build()) {
      Detection a = plain.detect(image);
      Detection b = moved.detect(image);
      assertThat(b.anomalous()).isTrue();
      assertThat(b.score()).isEqualTo(b.localScore());
      assertThat(b.globalScore()).isEqualTo(a.globalScore());
      assertThat(b.map().values()).isEqualTo(a.map().values());
      assertThat(plain.model().threshold().origin()).isEqualTo("the adapter's");
      assertThat(moved.model().threshold().origin()).isEqualTo("given");
    }
  }

  @Test
  void everySettingOfTheScoresMayBeChangedAndNoneThatWasLearnedUnder() {
    String model = model();
    RgbImage image = picture(1);
    try (Detector plain = Detector.load(model);
        Detector sharp = Detector.builder(model).set("sigma", 0).set("top_count", 1).build()) {
      float max = sharp.detect(image).map().max();
      assertThat(sharp.detect(image).localScore()).isEqualTo(max);
      assertThat(max).isGreaterThan(plain.detect(image).map().max());
    }
    assertThatThrownBy(() -> Detector.builder(model).set("temperature", 0.1).build())
        .hasMessageContaining("temperature cannot be changed");
    assertThatThrownBy(() -> Detector.builder(model).set("lamda", 0.1).build())
        .hasMessageContaining("no setting lamda, did you mean lambda?");
    assertThatThrownBy(() -> Detector.builder(model).threshold(1.5).build())
        .hasMessageContaining("threshold is 1.5, expected 0 to 1");
  }

  @Test
  void otherImageSizesWork() {
    String model = model();
    try (Detector d = Detector.builder(model).imageSize(98).build()) {
      assertThat(d.detect(picture(0)).map().width()).isEqualTo(98);
    }
    assertThatThrownBy(() -> Detector.builder(model).imageSize(100).build())
        .hasMessageContaining("not a multiple of the backbone's patch size 14; try 98");
  }

  @Test
  void aMethodThatLearnsNothingNeedsNoAdapter() throws IOException {
    String clip = TinyModel.backbone(dir.resolve("clip")).toString();
    try (Detector d = Detector.builder(clip).method("winclip").className("screw").build();
        Detector other = Detector.builder(clip).method("winclip").build()) {
      Detection found = d.detect(file(0));
      assertThat(found.score()).isEqualTo(found.globalScore());
      assertThat(found.map().width()).isEqualTo(70);
      // the sentences name the class
      assertThat(other.detect(file(0)).score()).isNotEqualTo(found.score());
      ImageSource named = ImageSource.of(file(0)).withClass(new ClassName("screw"));
      assertThat(other.detect(named).score()).isEqualTo(found.score());
      assertThat(d.model()).isInstanceOf(ClipModel.class);
    }
    assertThatThrownBy(() -> Detector.builder(clip).method("anomalyclip").build())
        .hasMessageContaining("no adapter.safetensors");
    assertThatThrownBy(() -> Detector.builder(clip).method("abacus").build())
        .hasMessageContaining(
            "no method abacus, expected one of adaclip, anomalyclip, anovl, headclip, winclip");
  }

  @Test
  void streamsOfSeveralClassesScoreEachUnderItsName() throws IOException {
    String clip = TinyModel.backbone(dir.resolve("clip")).toString();
    List<ImageSource> images = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      images.add(ImageSource.of(file(i)).withClass(new ClassName(i % 3 == 0 ? "screw" : "carpet")));
    }
    try (Detector d = Detector.builder(clip).method("winclip").build();
        Detections<Outcome> all = d.stream(images, StreamSettings.defaults())) {
      for (ImageSource image : images) {
        Outcome.Scored s = (Outcome.Scored) all.next();
        assertThat(s.source()).isSameAs(image);
        assertThat(s.detection().score()).isCloseTo(d.detect(image).score(), within(1e-5));
      }
      assertThat(all.hasNext()).isFalse();
    }
  }

  @Test
  void threadsShareADetector() throws Exception {
    try (Detector d = Detector.load(model())) {
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
    try (Detector d = Detector.load(model())) {
      List<Outcome> out = d.detectAll(images);
      assertThat(out.stream().map(o -> o.source().id()))
          .containsExactlyElementsOf(images.stream().map(Path::toString).toList());
      assertThat(out.stream().filter(o -> o instanceof Outcome.Failed)).hasSize(2);
      Outcome.Scored first = (Outcome.Scored) out.get(0);
      assertThat(first.detection().score())
          .isCloseTo(d.detect(images.get(0)).score(), within(1e-6));
    }
  }

  @Test
  void aCancelledStreamFinishesWhatIsUnderWayAndTakesNoMore() {
    AtomicInteger taken = new AtomicInteger();
    RgbImage image = picture(0);
    Iterator<ImageSource> endless =
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return true;
          }

          @Override
          public ImageSource next() {
            return ImageSource.of("image " + taken.incrementAndGet(), loader -> image);
          }
        };
    try (Detector d = Detector.load(model());
        Detections<Outcome> all = d.stream(() -> endless, StreamSettings.defaults())) {
      int seen = 0;
      while (all.hasNext()) {
        assertThat(all.next().source().id()).isEqualTo("image " + ++seen);
        // bounded: a few batches ahead, never more
        assertThat(taken.get() - seen).isLessThanOrEqualTo(60);
        if (seen == 30) {
          all.cancel();
        }
      }
      assertThat(seen).isEqualTo(taken.get()).isBetween(30, 90);
    }
  }

  @Test
  void oneSlowImageHoldsBackNoOther() {
    RgbImage image = picture(0);
    CountDownLatch others = new CountDownLatch(20);
    List<ImageSource> images = new ArrayList<>();
    images.add(
        ImageSource.of(
            "slow",
            loader -> {
              try {
                // decodes as long as the others are not through
                assertThat(others.await(30, TimeUnit.SECONDS)).isTrue();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              return image;
            }));
    for (int i = 0; i < 20; i++) {
      images.add(ImageSource.of("image " + i, loader -> image));
    }
    StreamSettings patient = StreamSettings.defaults().withPatience(Duration.ofMillis(50));
    List<String> order = new ArrayList<>();
    try (Detector d = Detector.load(model());
        Detections<Outcome> all = d.stream(images, patient)) {
      while (all.hasNext()) {
        order.add(all.next().source().id());
        others.countDown();
      }
    }
    assertThat(order).hasSize(21).endsWith("slow").startsWith("image 0", "image 1");
  }

  @Test
  void aClosedDetectorSaysSo() {
    Detector d = Detector.load(model());
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
    String model = model();
    assertThatThrownBy(() -> Detector.builder(model).engine("abacus").build())
        .hasMessageContaining("engine abacus is not in this build");
    Files.delete(Path.of(model).resolve("adapter.safetensors"));
    assertThatThrownBy(() -> Detector.load(model)).hasMessageContaining("no adapter.safetensors");
  }
}
