package dev.headclip.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.HeadClipException;
import dev.headclip.detect.DetectionQueue;
import dev.headclip.detect.Detector;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each file that arrives gets one line, whatever happens on the way. */
class HotFolderTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static Detector detector;
  private static DetectionQueue queue;

  @TempDir private Path dir;
  private Path in;
  private Path out;
  private final List<String> remarks = new ArrayList<>();

  @BeforeAll
  static void open() {
    detector = Detector.load("starter");
    queue = new DetectionQueue(32, 2);
  }

  @AfterAll
  static void close() {
    queue.close();
    detector.close();
  }

  @BeforeEach
  void folders() throws IOException {
    in = Files.createDirectory(dir.resolve("in"));
    out = dir.resolve("out");
  }

  private static byte[] image(int seed) {
    BufferedImage i = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
    Random r = new Random(seed);
    for (int y = 0; y < 64; y++) {
      for (int x = 0; x < 64; x++) {
        i.setRGB(x, y, r.nextInt(1 << 24));
      }
    }
    ByteArrayOutputStream o = new ByteArrayOutputStream();
    try {
      ImageIO.write(i, "png", o);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return o.toByteArray();
  }

  private WatchSettings settings(WatchSettings.Sort sort) {
    return new WatchSettings(in, out, sort, Duration.ofMillis(60), Duration.ofMillis(700));
  }

  private HotFolder hot(WatchSettings.Sort sort) {
    return new HotFolder(
        settings(sort),
        () -> HotFolder.Judge.of(detector),
        queue,
        ResultFiles.none(),
        (l, o, f) -> {},
        remarks::add);
  }

  private List<JsonNode> lines() {
    try {
      List<JsonNode> all = new ArrayList<>();
      for (String line : Files.readAllLines(out.resolve(HotFolder.RESULTS))) {
        all.add(JSON.readTree(line));
      }
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Thread running(HotFolder hot, AtomicBoolean stop) {
    Thread t =
        new Thread(
            () -> {
              try {
                hot.run(stop);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    t.start();
    return t;
  }

  /** Watches until something holds, and a little longer. */
  private void watch(WatchSettings.Sort sort, BooleanSupplier until) throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    try (HotFolder hot = hot(sort)) {
      Thread t = running(hot, stop);
      for (int i = 0; i < 1000 && !until.getAsBoolean(); i++) {
        Thread.sleep(10);
      }
      Thread.sleep(300);
      stop.set(true);
      t.join();
    }
    assertThat(until.getAsBoolean()).isTrue();
  }

  private List<String> names() {
    return lines().stream().map(l -> l.path("image").asText()).sorted().toList();
  }

  @Test
  void whatArrivesIsScoredOnceAndStays() throws Exception {
    Files.write(in.resolve("a.png"), image(1));
    Files.createDirectory(in.resolve("sub"));
    Files.write(in.resolve("sub/b.png"), image(2));
    Files.writeString(in.resolve("notes.txt"), "no image");
    Files.write(in.resolve("c.png.part"), image(3));
    Files.write(in.resolve(".hidden.png"), image(3));
    watch(WatchSettings.Sort.none, () -> lines().size() >= 2);
    assertThat(names()).containsExactly("a.png", "sub/b.png");
    assertThat(lines())
        .allSatisfy(
            l -> {
              assertThat(l.path("score").asDouble()).isBetween(0.0, 1.0);
              assertThat(l.path("time").asText()).endsWith("Z");
            });
    // started again: nothing new
    watch(WatchSettings.Sort.none, () -> lines().size() >= 2);
    assertThat(names()).containsExactly("a.png", "sub/b.png");
    // a file of the same name with another content is another one
    Thread.sleep(5);
    Files.write(in.resolve("a.png"), image(4));
    watch(WatchSettings.Sort.none, () -> lines().size() >= 3);
    assertThat(names()).containsExactly("a.png", "a.png", "sub/b.png");
  }

  @Test
  void aFileThatComesSlowlyIsReadWhenItIsThere() throws Exception {
    byte[] whole = image(5);
    Path slow = in.resolve("slow.png");
    AtomicBoolean stop = new AtomicBoolean();
    try (HotFolder hot = hot(WatchSettings.Sort.none)) {
      Thread t = running(hot, stop);
      int step = whole.length / 6;
      for (int at = 0; at < whole.length; at += step) {
        Files.write(
            slow,
            Arrays.copyOfRange(whole, at, Math.min(whole.length, at + step)),
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
        // longer than it takes a file to settle
        Thread.sleep(150);
      }
      for (int i = 0; i < 300 && lines().isEmpty(); i++) {
        Thread.sleep(10);
      }
      stop.set(true);
      t.join();
    }
    assertThat(lines()).hasSize(1);
    assertThat(lines().get(0).has("error")).as(lines().toString()).isFalse();
  }

  @Test
  void aDamagedFileIsAnErrorAfterAWhile() throws Exception {
    Files.write(in.resolve("cut.png"), Arrays.copyOf(image(1), 2000));
    watch(WatchSettings.Sort.move, () -> !lines().isEmpty());
    assertThat(lines().get(0).path("error").asText()).contains("truncated");
    assertThat(out.resolve("failed/cut.png")).exists();
    assertThat(in.resolve("cut.png")).doesNotExist();
  }

  @Test
  void imagesMoveByTheirVerdictAndNoneIsOverwritten() throws Exception {
    Files.write(in.resolve("a.png"), image(1));
    watch(WatchSettings.Sort.move, () -> lines().size() == 1);
    Files.write(in.resolve("a.png"), image(1));
    watch(WatchSettings.Sort.move, () -> lines().size() == 2);
    String verdict = lines().get(0).path("anomalous").asBoolean() ? "anomalous" : "normal";
    assertThat(out.resolve(verdict).resolve("a.png")).exists();
    assertThat(out.resolve(verdict).resolve("a-2.png")).exists();
    assertThat(lines().get(1).path("moved_to").asText()).isEqualTo(verdict + "/a-2.png");
    try (Stream<Path> left = Files.list(in)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void aTagLiesBesideAnImage() throws Exception {
    Files.write(in.resolve("a.png"), image(1));
    Path tag = in.resolve("a.png.headclip.json");
    watch(WatchSettings.Sort.tag, () -> Files.exists(tag));
    assertThat(JSON.readTree(Files.readString(tag))).isEqualTo(lines().get(0));
    Files.delete(tag);
    watch(WatchSettings.Sort.tag, () -> Files.exists(tag));
    assertThat(lines()).hasSize(1);
  }

  @Test
  void aLineThatWasCutOffByAKillIsWrittenAnew() throws Exception {
    Files.write(in.resolve("a.png"), image(1));
    Files.write(in.resolve("b.png"), image(2));
    watch(WatchSettings.Sort.none, () -> lines().size() == 2);
    Path results = out.resolve(HotFolder.RESULTS);
    byte[] whole = Files.readAllBytes(results);
    List<String> before = Files.readAllLines(results);
    Files.write(results, Arrays.copyOf(whole, whole.length - 7));
    watch(WatchSettings.Sort.none, () -> lines().size() == 2);
    assertThat(names()).containsExactly("a.png", "b.png");
    assertThat(Files.readAllLines(results).get(0)).isEqualTo(before.get(0));
  }

  @Test
  void aMoveThatAKillPreventedIsMadeUpFor() throws Exception {
    Files.write(in.resolve("a.png"), image(1));
    watch(WatchSettings.Sort.move, () -> lines().size() == 1);
    Path there = out.resolve(lines().get(0).path("moved_to").asText());
    Files.move(there, in.resolve("a.png"));
    watch(WatchSettings.Sort.move, () -> Files.exists(there));
    assertThat(lines()).hasSize(1);
    assertThat(in.resolve("a.png")).doesNotExist();
  }

  @Test
  void resultsInsideTheFolderAreNotWatched() throws Exception {
    out = in.resolve("results");
    Files.write(in.resolve("a.png"), image(1));
    watch(WatchSettings.Sort.move, () -> lines().size() == 1);
    watch(WatchSettings.Sort.move, () -> lines().size() == 1);
    assertThat(lines()).hasSize(1);
  }

  @Test
  void twoProcessesDoNotShareResults() {
    try (HotFolder one = hot(WatchSettings.Sort.none)) {
      assertThatThrownBy(() -> hot(WatchSettings.Sort.none))
          .isInstanceOf(HeadClipException.class)
          .hasMessageContaining("another process");
    }
    hot(WatchSettings.Sort.none).close();
  }

  @Test
  void whatIsNoFolderAndWhatAreNoResultsIsSaid() throws IOException {
    assertThatThrownBy(
            () ->
                new HotFolder(
                    WatchSettings.of(dir.resolve("none"), out, WatchSettings.Sort.none),
                    () -> HotFolder.Judge.of(detector),
                    queue,
                    ResultFiles.none(),
                    (l, o, f) -> {},
                    remarks::add))
        .hasMessageContaining("no such folder");
    assertThatThrownBy(() -> WatchSettings.of(in, dir, WatchSettings.Sort.none))
        .hasMessageContaining("inside");
    Files.createDirectories(out);
    Files.writeString(out.resolve(HotFolder.RESULTS), "something else\n");
    assertThatThrownBy(() -> hot(WatchSettings.Sort.none))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining("line 1");
    // and the file is still that, and free
    assertThat(Files.readString(out.resolve(HotFolder.RESULTS))).isEqualTo("something else\n");
  }
}
