package dev.headclip.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.method.AdapterFile;
import dev.headclip.synth.DataSetWriter;
import dev.headclip.synth.Generator;
import dev.headclip.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code evaluate}, {@code metrics}, {@code benchmark}, {@code calibrate} as users run them. */
class FiguresCommandsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path dir;
  private Commands commands;
  private Path model;
  private Path data;

  @BeforeEach
  void prepare() {
    commands = new Commands(dir);
    model = TinyModel.write(dir.resolve("model"));
    data = dir.resolve("data");
  }

  private void draw(int images) {
    DataSetWriter.write(data, Generator.drawn(6, 70), images, n -> {});
  }

  @Test
  void evaluationKilledInTheMiddleGoesOnToIdenticalFigures() throws Exception {
    draw(460);
    Processes.Run whole =
        commands.run("evaluate", "--root", data, "--model", model, "--out", Path.of("whole"));
    assertThat(whole.code()).as(whole.err()).isZero();
    Processes.Running r =
        new Processes(dir).start("evaluate", "--root", data, "--model", model, "--out", "killed");
    Path journal = dir.resolve("killed/predictions.bin");
    r.waitFor(() -> Files.exists(journal) && Files.size(journal) > 5000);
    r.process().destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    assertThat(dir.resolve("killed/metrics.json")).doesNotExist();
    Processes.Run rest =
        commands.run("evaluate", "--root", data, "--model", model, "--out", Path.of("killed"));
    assertThat(rest.code()).as(rest.err()).isZero();
    assertThat(rest.err()).contains("images are done already");
    for (String f : List.of("metrics.json", "metrics-paper.json")) {
      assertThat(Files.readString(dir.resolve("killed").resolve(f)))
          .isEqualTo(Files.readString(dir.resolve("whole").resolve(f)));
    }
    assertThat(withoutTimes("killed")).isEqualTo(withoutTimes("whole")).hasSizeGreaterThan(300);
    String report = Files.readString(dir.resolve("whole/report.html"));
    assertThat(report).contains("<svg", "id=\"thr\"", "data:image/jpeg", "protocol paper");
    assertThat(report).doesNotContain("http://", "https://", "@DATA@");
    // the same folder with another model is refused
    Processes.Run other =
        commands.run(
            "evaluate",
            "--root",
            data,
            "--model",
            model,
            "--image-size",
            84,
            "--out",
            Path.of("whole"));
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("another evaluation");
  }

  @Test
  void whereImagesDependOnThoseBeforeAStoppedEvaluationDoesTheirClassAnew() throws Exception {
    draw(46);
    TinyModel.backbone(dir.resolve("clip"));
    Processes.Run whole = anovl("whole");
    assertThat(whole.code()).as(whole.err()).isZero();
    assertThat(anovl("cut").code()).isZero();
    Path journal = dir.resolve("cut/predictions.bin");
    byte[] all = Files.readAllBytes(journal);
    // in the middle of a record in the middle of a class
    Files.write(journal, java.util.Arrays.copyOf(all, all.length * 3 / 5));
    Processes.Run rest = anovl("cut");
    assertThat(rest.code()).as(rest.err()).isZero();
    assertThat(withoutTimes("cut")).isEqualTo(withoutTimes("whole"));
  }

  private Processes.Run anovl(String out) {
    return commands.run(
        "evaluate",
        "--root",
        data,
        "--backbone",
        Path.of("clip"),
        "--method",
        "anovl",
        "--views",
        "one",
        "--adapt-target",
        "tokens",
        "--optimizer",
        "carried",
        "--class-name",
        "nut",
        "--out",
        Path.of(out));
  }

  private List<String> withoutTimes(String out) throws IOException {
    return Files.readAllLines(dir.resolve(out).resolve("scores.csv")).stream()
        .map(l -> l.substring(0, l.lastIndexOf(',')))
        .toList();
  }

  @Test
  void aBrokenImageIsSaidAndTheRestJudged() throws Exception {
    draw(46);
    Path broken;
    try (Stream<Path> all = Files.walk(data)) {
      broken =
          all.filter(f -> f.toString().contains("test") && f.toString().endsWith(".png"))
              .sorted()
              .findFirst()
              .orElseThrow();
    }
    Files.writeString(broken, "no image");
    Processes.Run r =
        commands.run(
            "evaluate",
            "--root",
            data,
            "--model",
            model,
            "--out",
            Path.of("e"),
            "--maps",
            "npy",
            "--format",
            "json");
    assertThat(r.code()).isEqualTo(1);
    assertThat(r.err()).contains(broken.getFileName().toString());
    JsonNode metrics = JSON.readTree(r.out());
    assertThat(metrics.path("protocol").asText()).isEqualTo("exact");
    assertThat(metrics.path("mean").path("pixel").has("aupro")).isTrue();
    try (Stream<Path> maps = Files.list(dir.resolve("e/maps"))) {
      assertThat(maps).isNotEmpty();
    }
    // what was written is a manifest, and gives the same figures without a model
    Processes.Run anew = commands.run("metrics", Path.of("e/scores.csv"));
    assertThat(anew.code()).as(anew.err()).isZero();
    assertThat(JSON.readTree(anew.out()).path("classes")).isEqualTo(metrics.path("classes"));
    JsonNode stated = JSON.readTree(dir.resolve("e/metrics.json").toFile()).path("provenance");
    for (String key : List.of("backbone_digest", "settings", "code", "resolution")) {
      assertThat(stated.has(key)).as(key).isTrue();
    }
  }

  @Test
  void metricsOfAManifestAreTheMetricsFile() throws Exception {
    Files.writeString(dir.resolve("m.csv"), "class,label,score\na,0,0.1\na,1,0.7\na,0,0.3\n");
    Processes.Run r = commands.run("metrics", Path.of("m.csv"), "--protocol", "paper");
    assertThat(r.code()).as(r.err()).isZero();
    JsonNode o = JSON.readTree(r.out());
    assertThat(o.path("classes").path("a").path("image").path("auroc").asDouble()).isEqualTo(1);
    assertThat(o.path("protocol").asText()).isEqualTo("paper");
    Processes.Run missing = commands.run("metrics", Path.of("nowhere.csv"));
    assertThat(missing.code()).isEqualTo(2);
    assertThat(missing.err()).contains("nowhere.csv").hasLineCount(1);
  }

  @Test
  void aPlanGivesTablesAndIsNotDoneTwiceAndAFailingCellDoesNotStopTheRest() throws Exception {
    draw(46);
    Files.writeString(
        dir.resolve("plan.yaml"),
        """
        title: Try
        backbone: %s
        protocol: exact
        seeds: [1, 2]
        train: {epochs: 1, image_size: 70}
        variants:
          - {name: none, head_weights: false}
          - {name: heads}
          - {name: rival, method: anomalyclip, preset: official}
        lambdas: [0, 0.5, 1]
        experiments:
          - auxiliary: {root: %s, name: aux}
            targets: [{synthesize: 46, seed: 5}, {root: nowhere}]
        """
            .formatted(model, data));
    Processes.Run r = commands.run("benchmark", Path.of("plan.yaml"), "--out", Path.of("b"));
    assertThat(r.code()).as(r.err()).isEqualTo(1);
    assertThat(r.out()).contains("### image level", "### pixel level", "±", "**", "no such folder");
    assertThat(Files.readString(dir.resolve("b/tables.tex"))).contains("\\textbf{", "\\hline");
    List<String> figures = Files.readAllLines(dir.resolve("b/figures.csv"));
    // of six cells: the means, and the sweep's image figures at each lambda
    assertThat(figures.stream().filter(l -> l.matches("[^,]+,[^,]+,mean,[^,]+,\\d+,,.*")))
        .hasSize(6 * 10);
    assertThat(figures.stream().filter(l -> l.contains(",mean,") && l.contains(",image,mad,")))
        .hasSize(6 + 6 * 3);
    assertThat(Files.readString(dir.resolve("b/report.html"))).contains("<polyline");
    assertThat(dir.resolve("b/cache")).doesNotExist();
    Processes.Run tables =
        commands.run("benchmark", Path.of("plan.yaml"), "--out", Path.of("b"), "--tables");
    assertThat(tables.code()).as(tables.err()).isZero();
    assertThat(r.out()).startsWith(tables.out());
    Processes.Run again = commands.run("benchmark", Path.of("plan.yaml"), "--out", Path.of("b"));
    assertThat(again.err()).doesNotContain("epoch 1/1");
    assertThat(again.out()).isEqualTo(r.out());
  }

  @Test
  void aPlanThatCannotBeRunSaysWhyBeforeAnythingIsTrained() throws Exception {
    String plan = "backbone: %s\n%sexperiments: [{auxiliary: {synthesize: 9}, targets: [mvtec]}]\n";
    Path file = dir.resolve("wrong.yaml");
    Files.writeString(file, plan.formatted(model, "device: gpu\n"));
    Processes.Run gpu = commands.run("benchmark", file, "--out", Path.of("w"));
    assertThat(gpu.code()).isEqualTo(2);
    assertThat(gpu.err()).contains("headclip: --device gpu", "use the cpu");
    Files.writeString(file, plan.formatted(model, "variants: [{name: a, select: best}]\n"));
    Processes.Run validate = commands.run("benchmark", file, "--out", Path.of("w"));
    assertThat(validate.code()).isEqualTo(2);
    assertThat(validate.err()).contains("a selects the best epoch", "validate").hasLineCount(1);
  }

  @Test
  void aThresholdFromNormalImagesIsStoredWithItsOriginAndUsed() throws Exception {
    draw(90);
    Path normal;
    try (Stream<Path> all = Files.walk(data)) {
      normal = all.filter(f -> f.endsWith("test/good")).sorted().findFirst().orElseThrow();
    }
    Processes.Run r =
        commands.run(
            "calibrate",
            "--normal",
            normal,
            "--target-fpr",
            0.2,
            "--model",
            model,
            "--out",
            Path.of("c.safetensors"));
    assertThat(r.code()).as(r.err()).isZero();
    assertThat(r.out()).contains("threshold", "95 % confidence");
    JsonNode settings = AdapterFile.contents(dir.resolve("c.safetensors")).settings();
    assertThat(settings.path("provenance").path("calibration").path("origin").asText())
        .isEqualTo("normal images");
    Processes.Run used =
        commands.run(
            "detect",
            normal,
            "--backbone",
            model,
            "--adapter",
            Path.of("c.safetensors"),
            "--format",
            "json",
            "--maps",
            "none");
    JsonNode first = JSON.readTree(used.out().lines().findFirst().orElseThrow());
    assertThat(first.path("threshold").asDouble()).isEqualTo(settings.path("threshold").asDouble());
    Processes.Run strict =
        commands.run(
            "detect",
            normal,
            "--backbone",
            model,
            "--adapter",
            Path.of("c.safetensors"),
            "--format",
            "json",
            "--maps",
            "none",
            "--target-fpr",
            "0.9");
    assertThat(
            JSON.readTree(strict.out().lines().findFirst().orElseThrow())
                .path("threshold")
                .asDouble())
        .isLessThan(settings.path("threshold").asDouble());
    Processes.Run without = commands.run("detect", normal, "--model", model, "--target-fpr", "0.1");
    assertThat(without.code()).isEqualTo(2);
    assertThat(without.err()).contains("--target-fpr", "calibrate").hasLineCount(1);
    Processes.Run labelled =
        commands.run(
            "calibrate",
            "--root",
            data,
            "--recall",
            "0.9",
            "--model",
            model,
            "--out",
            Path.of("d.safetensors"));
    assertThat(labelled.out()).contains("recall");
    Processes.Run builtIn = commands.run("calibrate", "--normal", normal);
    assertThat(builtIn.code()).isEqualTo(2);
    assertThat(builtIn.err()).contains("--out");
  }
}
