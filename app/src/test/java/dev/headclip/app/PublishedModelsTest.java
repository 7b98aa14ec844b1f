package dev.headclip.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.hub.FakeHub;
import dev.headclip.image.ImageWriter;
import dev.headclip.synth.Generator;
import dev.headclip.testing.Baselines;
import dev.headclip.tokenizer.TokenizerJson;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From an empty home to verdicts, by names; the servers are on loopback. */
class PublishedModelsTest {
  private final FakeHub server = new FakeHub();
  @TempDir private Path dir;
  private Processes processes;
  private Path picture;

  @BeforeEach
  void publish() throws IOException {
    Path clip = Baselines.path("anomalyclip_clip");
    for (String f : List.of("config.json", "model.safetensors", "preprocessor_config.json")) {
      server.put("maker/tiny", f, Files.readAllBytes(clip.resolve(f)));
    }
    server.put(
        "maker/tiny",
        "tokenizer.json",
        TokenizerJson.of(List.of()).getBytes(StandardCharsets.UTF_8));
    URI prompts =
        server.put(
            "/checkpoints/epoch_15.pth",
            Files.readAllBytes(Baselines.path("checkpoints/anomalyclip_tiny.pth")));
    Path catalogue = dir.resolve("catalogue.json");
    Files.writeString(
        catalogue,
        """
        {"tiny": {"kind": "backbone", "repository": "maker/tiny", "licence": "none"},
         "prompts": {"kind": "adapter", "backbone": "tiny", "files": [{"address": "%s"}]}}
        """
            .formatted(prompts));
    processes =
        new Processes(
            dir,
            Map.of(
                "XDG_CACHE_HOME",
                dir.resolve("home").toString(),
                "HF_ENDPOINT",
                server.endpoint(),
                "HEADCLIP_CATALOGUE",
                catalogue.toString()));
    picture = dir.resolve("x.png");
    try (OutputStream out = Files.newOutputStream(picture)) {
      ImageWriter.png(Generator.drawn(2, 64).any(0).image(), out);
    }
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void oneCommandFetchesImportsAndDetects() throws Exception {
    Processes.Run r =
        processes.run("detect", picture, "--model", "tiny+prompts", "--format", "json");
    assertThat(r.code()).as(r.err()).isZero();
    assertThat(r.err())
        .contains("fetching tiny: ", "licence: none", "fetching prompts: 280 kB from 127.0.0.1");
    assertThat(new ObjectMapper().readTree(r.out()).path("model").asText())
        .isEqualTo("tiny+prompts");
    int asked = server.requests().size();
    // an adapter knows its CLIP; nothing is asked for again
    Processes.Run again =
        processes.run("detect", picture, "--model", "prompts", "--format", "json", "--offline");
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(score(again)).isEqualTo(score(r));
    assertThat(server.requests()).hasSize(asked);
    Processes.Run own = processes.run("calibrate", "--model", "prompts", "--normal", picture);
    assertThat(own.code()).isEqualTo(2);
    assertThat(own.err()).contains("name a file with --out").hasLineCount(1);
  }

  private static double score(Processes.Run r) throws IOException {
    return new ObjectMapper().readTree(r.out()).path("score").asDouble();
  }

  @Test
  void modelsAreFetchedListedAndPruned() throws Exception {
    Processes.Run r = processes.run("models", "fetch", "tiny", "prompts");
    assertThat(r.code()).as(r.err()).isZero();
    assertThat(r.out().lines()).hasSize(2).allMatch(l -> l.contains("verified"));
    assertThat(processes.run("models", "list").out())
        .containsPattern("tiny +backbone +yes")
        .containsPattern("clip-vit-large-patch14-336 +backbone +1.7 GB {10,}");
    r = processes.run("models", "prune", "--all");
    assertThat(r.out()).contains("prompts: 280 kB freed");
    try (Stream<Path> left = Files.walk(dir.resolve("home"))) {
      assertThat(
              left.filter(p -> p.toString().matches(".*\\.(safetensors|pth|headclip-incomplete)")))
          .isEmpty();
    }
  }

  @Test
  void whatCannotRunSaysWhatWould() throws Exception {
    Processes.Run r = processes.run("detect", picture, "--model", "tiny");
    assertThat(r.err()).contains("a CLIP without an adapter; write --model tiny+ADAPTER");
    assertThat(server.requests()).isEmpty();
    r = processes.run("detect", picture, "--model", "tiny+prompt", "--offline");
    assertThat(r.code()).isEqualTo(2);
    assertThat(r.err()).contains("nothing is fetched offline").hasLineCount(1);
  }
}
