package dev.headclip.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.image.ImageWriter;
import dev.headclip.synth.Generator;
import dev.headclip.testing.TinyModel;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command line as a process of its own, as a user runs it, and what all verbs share. */
class CommandLineTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path dir;

  private Processes.Run process(Object... args) throws Exception {
    return new Processes(dir).run(args);
  }

  private Path image(String name, int i) throws IOException {
    Path p = dir.resolve(name);
    Files.createDirectories(p.getParent());
    try (OutputStream out = Files.newOutputStream(p)) {
      ImageWriter.png(Generator.drawn(2, 64).any(i).image(), out);
    }
    return p;
  }

  @Test
  void foldersAreScoredInOrderByTheStarterEvenBesideAFolderOfThatName() throws Exception {
    Files.createDirectory(dir.resolve("starter"));
    image("in/b.png", 1);
    image("in/a b/ü.png", 2);
    Files.writeString(dir.resolve("in/readme.txt"), "not an image");
    Processes.Run r = process("detect", "in", "--format", "json");
    assertThat(r.code()).as(r.err()).isZero();
    List<String> lines = r.out().lines().toList();
    assertThat(lines).hasSize(2);
    JsonNode first = JSON.readTree(lines.get(0));
    assertThat(first.path("image").asText()).isEqualTo("in/a b/ü.png");
    assertThat(first.path("model").asText()).isEqualTo("starter");
    assertThat(first.path("map").asText()).isEqualTo("headclip-out/a b/ü.png.map.png");
    assertThat(dir.resolve(first.path("map").asText())).isRegularFile();
    assertThat(dir.resolve(first.path("overlay").asText())).isRegularFile();
  }

  @Test
  void resultsThatNobodyCanReadAreAnError() throws Exception {
    Path full = Path.of("/dev/full");
    Assumptions.assumeTrue(Files.exists(full), "not here: /dev/full");
    Path model = TinyModel.write(dir.resolve("model"));
    Processes.Running r =
        new Processes(dir)
            .startTo(full, "detect", image("x.png", 1), "--model", model, "--maps", "none");
    assertThat(r.process().waitFor()).isEqualTo(2);
    assertThat(Files.readString(r.err())).contains("cannot be written");
  }

  @Test
  void aReportSaysVersionsMachineEnginesAndCaches() throws Exception {
    Processes.Run r =
        new Processes(dir, java.util.Map.of("HF_TOKEN", "hf_secret")).run("--version", "--verbose");
    assertThat(r.code()).as(r.err()).isZero();
    assertThat(r.out())
        .contains("headclip", "java", "processor", "onnxruntime  1.", "cache", "with a token")
        .doesNotContain("hf_secret");
    assertThat(new Commands(dir).run("--version").out()).hasLineCount(1);
  }

  @Test
  void verbsAndTheirSettingsAreCompleted() {
    Processes.Run r = new Commands(dir).run("completion");
    assertThat(r.code()).isZero();
    assertThat(r.out()).contains("_complete_headclip", "'--head-weight-start'", "'--sha256'");
  }

  @Test
  void helpIsThereForEveryVerb() {
    List<List<String>> verbs = new ArrayList<>();
    collect(Main.line(), List.of(), verbs);
    assertThat(verbs).hasSizeGreaterThan(15).contains(List.of("models", "import"));
    for (List<String> verb : verbs) {
      List<Object> args = new ArrayList<>(verb);
      args.add("--help");
      Processes.Run r = new Commands(dir).run(args.toArray());
      assertThat(r.code()).as(verb.toString()).isZero();
      assertThat(r.out()).contains("Usage: headclip " + String.join(" ", verb));
      assertThat(r.err()).isEmpty();
    }
  }

  private static void collect(CommandLine of, List<String> path, List<List<String>> to) {
    of.getSubcommands()
        .forEach(
            (name, command) -> {
              List<String> words = new ArrayList<>(path);
              words.add(name);
              to.add(words);
              collect(command, words, to);
            });
  }

  @Test
  void everyMethodsSettingsAreFlagsWithHelp() {
    for (String method : List.of("headclip", "anomalyclip")) {
      Processes.Run r = new Commands(dir).run("train", "--method", method, "--help");
      assertThat(r.code()).isZero();
      assertThat(r.out()).contains("--image-size=N", "--deep-start=N", "--lambda=X", "--lr=X");
    }
    Processes.Run r = new Commands(dir).run("train", "--method", "anomalyclip", "--help");
    assertThat(r.out()).contains("--layer-maps=mean|sum").doesNotContain("--head-weights");
    r = new Commands(dir).run("train", "--method=headclip", "--help");
    assertThat(r.out()).contains("--head-weight").doesNotContain("--layer-maps=mean|sum");
    r = new Commands(dir).run("detect", "--method", "winclip", "--help");
    assertThat(r.out()).contains("--window-stride=N");
    r = new Commands(dir).run("models", "methods");
    assertThat(r.out()).contains("anomalyclip ", "headclip ", "winclip ");
  }
}
