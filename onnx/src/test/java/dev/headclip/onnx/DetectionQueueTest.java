package dev.headclip.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.headclip.HeadClipException;
import dev.headclip.detect.Detection;
import dev.headclip.detect.DetectionQueue;
import dev.headclip.detect.Detector;
import dev.headclip.detect.ImageSource;
import dev.headclip.detect.Outcome;
import dev.headclip.detect.RegionSource;
import dev.headclip.engine.EngineSettings;
import dev.headclip.image.RegionOfInterest;
import dev.headclip.image.RgbImage;
import dev.headclip.settings.SettingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many callers, one network: the answers of {@code detect}, and bounds that hold. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DetectionQueueTest {
  @TempDir private static Path dir;
  private static Detector detector;

  @BeforeAll
  static void open() {
    detector =
        Detector.of(
            new Models(dir.resolve("clip")).model(), EngineSettings.defaults().withEngine("onnx"));
  }

  @AfterAll
  static void close() {
    detector.close();
  }

  private static RgbImage image(int seed) {
    RgbImage i = RgbImage.blank(80 + seed, 60);
    new Random(seed).nextBytes(i.rgb());
    return i;
  }

  private static ImageSource source(int seed) {
    return ImageSource.of("image " + seed, loader -> image(seed));
  }

  private static Detection found(Outcome o) {
    return ((Outcome.Scored) o).detection();
  }

  @Test
  void answersAreThoseOfDetectWhoeverAsks() throws Exception {
    RegionOfInterest left = new RegionOfInterest(80, 60, new byte[80 * 60]);
    for (int i = 0; i < left.counts().length; i++) {
      left.counts()[i] = (byte) (i % 80 < 40 ? 1 : 0);
    }
    try (DetectionQueue queue = new DetectionQueue(16, 3)) {
      ExecutorService callers = Executors.newFixedThreadPool(6);
      List<Future<?>> all = new ArrayList<>();
      for (int c = 0; c < 6; c++) {
        int caller = c;
        all.add(
            callers.submit(
                () -> {
                  // every third sees other pixels of its images
                  Detector own =
                      caller % 3 == 0
                          ? detector.within((s, l) -> java.util.Optional.of(left))
                          : detector;
                  for (int i = 0; i < 12; i++) {
                    int seed = caller % 3 == 0 ? 0 : i;
                    try (DetectionQueue.Places places = queue.places(1)) {
                      Detection d = found(places.submit(own, source(seed)).join());
                      Detection plain = own.detect(image(seed));
                      assertThat(d.score()).isCloseTo(plain.score(), within(1e-5));
                      assertThat(d.region().map(RegionOfInterest::floats))
                          .usingRecursiveComparison()
                          .isEqualTo(plain.region().map(RegionOfInterest::floats));
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> f : all) {
        f.get();
      }
      callers.shutdown();
      assertThat(queue.waiting()).isZero();
    }
  }

  @Test
  void thereAreAsManyPlacesAsWereSaid() throws Exception {
    try (DetectionQueue queue = new DetectionQueue(4, 2)) {
      DetectionQueue.Places three = queue.tryPlaces(3).orElseThrow();
      assertThat(queue.tryPlaces(2)).isEmpty();
      DetectionQueue.Places one = queue.tryPlaces(1).orElseThrow();
      assertThat(queue.tryPlaces(1)).isEmpty();
      one.close();
      three.close();
      three.close();
      // more than there are at all are given as many
      try (DetectionQueue.Places all = queue.tryPlaces(100).orElseThrow()) {
        assertThat(queue.tryPlaces(1)).isEmpty();
        List<CompletableFuture<Outcome>> results = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
          results.add(all.submit(detector, source(i)));
          assertThat(queue.waiting()).isLessThanOrEqualTo(4);
        }
        results.forEach(r -> assertThat(found(r.join()).score()).isBetween(0.0, 1.0));
      }
      assertThat(queue.tryPlaces(4)).isPresent();
    }
  }

  @Test
  void whatIsTakenBackIsNotBegun() throws Exception {
    try (DetectionQueue queue = new DetectionQueue(64, 1)) {
      CountDownLatch held = new CountDownLatch(1);
      AtomicInteger begun = new AtomicInteger();
      List<CompletableFuture<Outcome>> results = new ArrayList<>();
      try (DetectionQueue.Places places = queue.tryPlaces(40).orElseThrow()) {
        for (int i = 0; i < 40; i++) {
          results.add(
              places.submit(
                  detector,
                  ImageSource.of(
                      "slow",
                      loader -> {
                        begun.incrementAndGet();
                        try {
                          held.await();
                        } catch (InterruptedException e) {
                          throw new HeadClipException("interrupted", e);
                        }
                        return image(1);
                      })));
        }
      }
      held.countDown();
      while (queue.waiting() > 0) {
        Thread.sleep(1);
      }
      assertThat(begun.get()).isLessThanOrEqualTo(2);
      assertThat(results).filteredOn(CompletableFuture::isCancelled).hasSizeGreaterThan(37);
      assertThat(queue.tryPlaces(64)).isPresent();
    }
  }

  @Test
  void anImageThatFailsIsItsOwnFault() {
    try (DetectionQueue queue = new DetectionQueue(4, 2);
        DetectionQueue.Places places = queue.tryPlaces(3).orElseThrow()) {
      var damaged = places.submit(detector, ImageSource.of("cut", new byte[10]));
      var bad =
          places.submit(
              detector,
              ImageSource.of(
                  "bad",
                  loader -> {
                    throw new IllegalStateException("a decoder's");
                  }));
      var good = places.submit(detector, source(1));
      assertThat(((Outcome.Failed) damaged.join()).error()).contains("not an image");
      assertThat(((Outcome.Failed) bad.join()).error()).contains("a decoder's");
      assertThat(found(good.join()).score()).isBetween(0.0, 1.0);
    }
  }

  @Test
  void afterItsEndNothingIsTaken() {
    DetectionQueue queue = new DetectionQueue(4, 2);
    DetectionQueue.Places places = queue.tryPlaces(2).orElseThrow();
    queue.close();
    assertThat(queue.tryPlaces(1)).isEmpty();
    assertThatThrownBy(() -> places.submit(detector, source(1)))
        .isInstanceOf(HeadClipException.class)
        .hasMessage("stopped");
  }

  @Test
  void aResultIsJudgedAnewAsIfTheModelHadTheThreshold() {
    Detection d = detector.detect(image(3));
    for (double t : new double[] {0, d.score(), Math.nextUp(d.score()), 1}) {
      Detection again = d.judged(t);
      assertThat(again.anomalous()).isEqualTo(d.score() >= t);
      assertThat(again.threshold()).isEqualTo(t);
      assertThat(again.map()).isSameAs(d.map());
      if (again.anomalous()) {
        assertThat(again.regions()).isNotEmpty();
      }
    }
    assertThat(d.judged(d.threshold()).regions()).isEqualTo(d.regions());
    assertThatThrownBy(() -> d.judged(1.5)).isInstanceOf(SettingException.class);
  }

  @Test
  void otherPixelsAreLookedAtByTheSameSession() {
    byte[] some = new byte[83 * 60];
    Arrays.fill(some, 0, some.length / 2, (byte) 1);
    Detector upper = detector.within(RegionSource.of(new RegionOfInterest(83, 60, some)));
    assertThat(upper.detect(image(3)).map().values())
        .isNotEqualTo(detector.detect(image(3)).map().values());
    assertThat(upper.detect(image(3)).region()).isPresent();
    assertThat(detector.detect(image(3)).region()).isEmpty();
  }
}
