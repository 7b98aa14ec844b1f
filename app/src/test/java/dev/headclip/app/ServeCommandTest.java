package dev.headclip.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.image.ImageWriter;
import dev.headclip.image.RgbImage;
import dev.headclip.testing.TinyModel;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code serve} and {@code watch} as processes. */
class ServeCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path dir;
  private Path model;
  private Processes processes;

  @BeforeEach
  void prepare() {
    model = TinyModel.write(dir.resolve("tiny"));
    processes = new Processes(dir);
  }

  private Path image(Path file, int seed) throws IOException {
    RgbImage i = RgbImage.blank(70, 70);
    new Random(seed).nextBytes(i.rgb());
    // as a camera's software should: complete under its name at once
    Path hidden = file.resolveSibling("." + file.getFileName());
    try (OutputStream out = Files.newOutputStream(hidden)) {
      ImageWriter.png(i, out);
    }
    return Files.move(hidden, file, StandardCopyOption.ATOMIC_MOVE);
  }

  @Test
  void aServerSaysWhereItIsAnswersAndStops() throws Exception {
    Path picture = image(dir.resolve("a.png"), 1);
    Processes.Running server =
        processes.start("serve", "--model", model, "--port", "0", "--models", dir.resolve("kept"));
    server.waitFor(() -> Files.readString(server.out()).contains("Ctrl-C"));
    URI at = URI.create(Files.readString(server.out()).replaceFirst("(?s)  .*", ""));
    HttpResponse<String> r =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(at.resolve("/v1/detect?name=a.png"))
                    .header("Content-Type", "image/png")
                    .POST(HttpRequest.BodyPublishers.ofFile(picture))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    JsonNode found = JSON.readTree(r.body());
    JsonNode plain =
        JSON.readTree(
            new Commands(dir)
                .run("detect", picture, "--model", model, "--format", "json", "--maps", "none")
                .out());
    assertThat(found.path("score")).isEqualTo(plain.path("score"));
    assertThat(found.path("model").asText()).isEqualTo("tiny");
    server.process().destroy();
    Processes.Run ended = server.finish();
    assertThat(ended.code()).isEqualTo(143);
    assertThat(ended.err()).contains("what was accepted is finished");
  }

  @Test
  void wrongWishesAreOneLine() throws IOException {
    Commands commands = new Commands(dir);
    said(commands.run("serve", "--host", "0.0.0.0"), "--token", "--insecure");
    said(commands.run("serve", "--token", "short"), "at least 16");
    said(commands.run("serve", "--tls-cert", "x.pem"), "--tls-key");
    said(commands.run("serve", "--token-file", "none"), "cannot be read");
    said(commands.run("serve", "--model", "no-such-model"), "no-such-model");
    said(commands.run("serve", "--queue", "0"), "--queue");
    said(commands.run("serve", "--port", "70000"), "--port");
    said(commands.run("watch", dir.resolve("none"), "--model", model), "no such folder");
    said(commands.run("watch", dir, "--out", dir, "--model", model), "--out");
    said(commands.run("watch", dir, "--settle", "-1", "--model", model), "settle");
    said(commands.run("watch", dir, "--format", "csv", "--model", model), "text or json");
  }

  private static void said(Processes.Run r, String... words) {
    assertThat(r.code()).as(r.err()).isEqualTo(2);
    assertThat(r.err().lines().filter(l -> l.startsWith("headclip: "))).as(r.err()).hasSize(1);
    assertThat(r.err()).contains(words).doesNotContain("Exception");
  }

  @Test
  void aWatchedFolderEndsInOrder() throws Exception {
    Path in = Files.createDirectory(dir.resolve("in"));
    image(in.resolve("a.png"), 1);
    Processes.Running watch =
        processes.start(
            "watch", in, "--model", model, "--settle", "0.1", "--overlay", "--maps", "png");
    Path results = dir.resolve("headclip-out/results.jsonl");
    watch.waitFor(() -> Files.exists(results) && Files.readAllLines(results).size() == 1);
    // another process, while this one runs
    said(
        new Commands(dir).run("watch", in, "--model", model, "--out", dir.resolve("headclip-out")),
        "another process");
    watch.process().destroy();
    Processes.Run ended = watch.finish();
    assertThat(ended.code()).isEqualTo(143);
    assertThat(ended.out()).contains("a.png");
    JsonNode line = JSON.readTree(Files.readString(results));
    assertThat(dir.resolve(line.path("map").asText())).exists();
    assertThat(dir.resolve(line.path("overlay").asText())).exists();
  }

  @Test
  @Tag("long")
  void killedAtAnyMomentNoFileIsLostAndNoneComesTwice() throws Exception {
    Path in = Files.createDirectory(dir.resolve("in"));
    Path out = dir.resolve("out");
    Path results = out.resolve("results.jsonl");
    Random random = new Random(7);
    int files = 0;
    for (int kill = 0; kill < 12; kill++) {
      Processes.Running watch =
          processes.start(
              "watch", in, "--model", model, "--settle", "0.05", "--sort", "move", "--out", out);
      long before = lines(results);
      int now = files;
      watch.waitFor(() -> Files.readString(watch.err()).contains("watching"));
      for (int i = 0; i < 30; i++) {
        image(in.resolve("f%04d.png".formatted(files++)), files);
        Thread.sleep(random.nextInt(15));
      }
      watch.waitFor(() -> lines(results) > before + 5 + random.nextInt(20) || now == 0);
      Thread.sleep(random.nextInt(40));
      watch.process().destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }
    int all = files;
    Processes.Running last =
        processes.start(
            "watch", in, "--model", model, "--settle", "0.05", "--sort", "move", "--out", out);
    last.waitFor(() -> lines(results) >= all && count(in) == 0);
    Thread.sleep(500);
    last.process().destroy();
    last.finish();
    List<String> names = new ArrayList<>();
    for (String line : Files.readAllLines(results)) {
      names.add(JSON.readTree(line).path("image").asText());
    }
    assertThat(names).doesNotHaveDuplicates().hasSize(all);
    assertThat(count(out.resolve("normal")) + count(out.resolve("anomalous"))).isEqualTo(all);
    assertThat(out.resolve("failed")).doesNotExist();
  }

  private static long lines(Path file) throws IOException {
    if (!Files.exists(file)) {
      return 0;
    }
    try (Stream<String> all = Files.lines(file)) {
      return all.count();
    }
  }

  private static long count(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return 0;
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(p -> !p.getFileName().toString().startsWith(".")).count();
    }
  }
}
