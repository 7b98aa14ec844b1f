package dev.headclip.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headclip.testing.TinyModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Long runs over mixed and broken images: memory and descriptors stay flat, kills leave nothing.
 */
@Tag("soak")
@EnabledOnOs(OS.LINUX)
class SoakTest {
  private static final int IMAGES = Integer.getInteger("headclip.soak.images", 10_000);
  private static final int KILLS = Integer.getInteger("headclip.soak.kills", 20);

  private static final List<String> FORMS =
      List.of(
          "animated.gif",
          "cmyk.jpg",
          "ends-in-zeros.webp",
          "gray.jpg",
          "interlaced.gif",
          "photo-lossless.webp",
          "photo-lossy.webp",
          "progressive.jpg",
          "reference.png",
          "restart.jpg",
          "rgb16.tiff",
          "rgb8.tiff");

  @TempDir private Path dir;

  /** Every third image is cut, zeroed or has a bit turned. */
  private void mixed(int count) throws IOException {
    SplittableRandom r = new SplittableRandom(3);
    Path in = Files.createDirectory(dir.resolve("in"));
    List<byte[]> forms = new ArrayList<>();
    for (String name : FORMS) {
      try (InputStream s = SoakTest.class.getResourceAsStream("/images/" + name)) {
        forms.add(s.readAllBytes());
      }
    }
    for (int i = 0; i < count; i++) {
      byte[] b = forms.get(i % forms.size()).clone();
      int at = r.nextInt(b.length);
      switch (i % 9) {
        case 2 -> b = Arrays.copyOf(b, at);
        case 5 -> Arrays.fill(b, at, b.length, (byte) 0);
        case 8 -> b[at] ^= (byte) (1 << r.nextInt(8));
        default -> {
          // whole
        }
      }
      String ending = FORMS.get(i % forms.size()).replaceFirst(".*\\.", ".");
      Files.write(in.resolve("%06d%s".formatted(i, ending)), b);
    }
  }

  /** Resident memory in MB and open descriptors. */
  private record State(long mb, long descriptors) {
    static State of(long pid) throws IOException {
      long kb =
          Files.readAllLines(Path.of("/proc/%d/status".formatted(pid))).stream()
              .filter(l -> l.startsWith("VmRSS:"))
              .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")))
              .findFirst()
              .orElse(0);
      try (Stream<Path> open = Files.list(Path.of("/proc/%d/fd".formatted(pid)))) {
        return new State(kb / 1024, open.count());
      }
    }
  }

  @Test
  void memoryAndDescriptorsStayFlat() throws Exception {
    mixed(IMAGES);
    Path model = TinyModel.write(dir.resolve("model"));
    Path out = dir.resolve("rows");
    Processes.Running r =
        new Processes(dir)
            .startTo(
                out,
                "detect",
                dir.resolve("in"),
                "--model",
                model,
                "--format",
                "json",
                "--out",
                dir.resolve("out"),
                "--map-size",
                "model",
                "--no-overlay");
    List<State> states = new ArrayList<>();
    for (int part = 1; part <= 10; part++) {
      long rows = (long) IMAGES * part / 10 - 50;
      while (r.process().isAlive() && lines(out) < rows) {
        Thread.sleep(100);
      }
      if (r.process().isAlive()) {
        states.add(State.of(r.process().pid()));
      }
    }
    Processes.Run ended = r.finish();
    System.out.printf("soak: %d images, %s%n", IMAGES, states);
    assertThat(ended.code()).as(ended.err()).isEqualTo(1);
    assertThat(ended.out().lines()).hasSize(IMAGES);
    State early = states.get(4);
    State late = states.get(states.size() - 1);
    assertThat(late.mb()).isLessThan(early.mb() * 11 / 10);
    assertThat(late.descriptors()).isLessThanOrEqualTo(early.descriptors() + 4);
  }

  private static long lines(Path file) throws IOException {
    try (Stream<String> all = Files.lines(file)) {
      return all.count();
    }
  }

  @Test
  void killedAtRandomItLeavesNoHalfFile() throws Exception {
    mixed(600);
    Path model = TinyModel.write(dir.resolve("model"));
    SplittableRandom r = new SplittableRandom(11);
    Path out = dir.resolve("out");
    for (int i = 0; i < KILLS; i++) {
      Processes.Running run =
          new Processes(dir).start("detect", dir.resolve("in"), "--model", model, "--out", out);
      Thread.sleep(300 + r.nextInt(2500));
      run.process().destroyForcibly().waitFor();
    }
    Processes.Run last =
        new Processes(dir).run("detect", dir.resolve("in"), "--model", model, "--out", out);
    assertThat(last.code()).isEqualTo(1);
    try (Stream<Path> all = Files.walk(out)) {
      List<Path> files = all.filter(Files::isRegularFile).toList();
      System.out.printf("soak: %d kills, %d results%n", KILLS, files.size());
      for (Path f : files) {
        if (!f.getFileName().toString().startsWith(".headclip-")) {
          assertThat(javax.imageio.ImageIO.read(f.toFile())).as(f.toString()).isNotNull();
        }
      }
    }
  }
}
