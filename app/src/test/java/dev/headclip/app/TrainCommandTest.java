package dev.headclip.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.method.AdapterFile;
import dev.headclip.synth.DataSetWriter;
import dev.headclip.synth.Generator;
import dev.headclip.testing.TinyModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code train} as a user runs it, and stops it, and kills it. */
class TrainCommandTest {
  /** More with -Dheadclip.kills=50. */
  private static final int KILLS = Integer.getInteger("headclip.kills", 1);

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path dir;
  private Processes processes;
  private Commands commands;
  private Path model;
  private Path data;

  @BeforeEach
  void prepare() {
    processes = new Processes(dir);
    commands = new Commands(dir);
    model = TinyModel.write(dir.resolve("model"));
    data = dir.resolve("data");
    DataSetWriter.write(data, Generator.drawn(4, 70), 46, n -> {});
  }

  private Object[] train(String out, Object... more) {
    List<Object> all =
        new ArrayList<>(
            List.of(
                "train",
                "--root",
                data,
                "--backbone",
                model,
                "--image-size",
                70,
                "--out",
                dir.resolve(out)));
    all.addAll(List.of(more));
    return all.toArray();
  }

  private JsonNode contents(String adapter) {
    return AdapterFile.contents(dir.resolve(adapter)).settings();
  }

  private Object numbers(String adapter) {
    return AdapterFile.contents(dir.resolve(adapter)).learned();
  }

  @Test
  void writesAdapterLogAndReportAndTidiesUp() throws Exception {
    Processes.Run r = commands.run(train("a.safetensors", "--epochs", 2, "--validate", data));
    assertThat(r.code()).as(r.err()).isZero();
    assertThat(r.err())
        .contains("epochs: 2", "csa:\n  first: 1\n  last: 6\n", "image_auroc", "epoch 2/2");
    JsonNode p = contents("a.safetensors").path("provenance");
    for (String key :
        List.of(
            "data_set",
            "data_set_digest",
            "backbone_digest",
            "seed",
            "order_digest",
            "threads",
            "code",
            "date",
            "loss_curve",
            "validation_set",
            "select")) {
      assertThat(p.has(key)).as(key).isTrue();
    }
    assertThat(p.has("selected_epoch")).isFalse();
    assertThat(Files.readString(dir.resolve("a.html"))).contains("<svg", "Head weights", "layer 6");
    List<String> log = Files.readAllLines(dir.resolve("a.log.jsonl"));
    assertThat(JSON.readTree(log.get(0)).path("event").asText()).isEqualTo("started");
    assertThat(log.stream().filter(l -> l.contains("\"event\":\"step\""))).hasSize(12);
    assertThat(dir.resolve("a.checkpoints")).doesNotExist();
    assertThat(dir.resolve("a.cache")).doesNotExist();
    Processes.Run show = commands.run("models", "show", Path.of("a.safetensors"));
    assertThat(JSON.readTree(show.out()).path("head_weights")).hasSize(6);
    Processes.Run again =
        commands.run(train("a.safetensors", "--epochs", 2, "--validate", data, "--resume"));
    assertThat(again.err()).contains("already");
  }

  @Test
  void theThresholdIsTheOneOfTheBestF1OnTheSecondDataSetUnlessOneIsGiven() throws Exception {
    Processes.Run r = commands.run(train("v.safetensors", "--epochs", 1, "--validate", data));
    assertThat(r.err()).contains("has the best F1 on --validate");
    double fitted = contents("v.safetensors").path("threshold").asDouble();
    // the same by another road: the adapter's scores of that set, calibrated
    Processes.Run again =
        commands.run(
            "calibrate",
            "--root",
            data,
            "--backbone",
            model,
            "--adapter",
            Path.of("v.safetensors"),
            "--out",
            Path.of("w.safetensors"));
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(contents("w.safetensors").path("threshold").asDouble())
        .isCloseTo(fitted, within(1e-4));
    assertThat(contents("v.safetensors").at("/provenance/calibration/origin").asText())
        .contains("F1");
    commands.run(train("g.safetensors", "--epochs", 1, "--validate", data, "--threshold", "0.25"));
    assertThat(contents("g.safetensors").path("threshold").asDouble()).isEqualTo(0.25);
    Processes.Run none = commands.run(train("n.safetensors", "--epochs", 1));
    assertThat(none.err()).contains("is the default, not fitted");
  }

  @Test
  void settingsComeFromAFileAndTheCommandLineWins() throws Exception {
    Files.writeString(
        dir.resolve("c.yaml"),
        "epochs: 1\nbatch: 5\noutput_layers: [4, 6]\nhead-weights: false\nroot: "
            + data
            + "\nbackbone: "
            + model
            + "\nimage_size: 70\ncsa: {first: 2, last: 6}\nout: "
            + dir.resolve("b.safetensors")
            + "\n");
    Processes.Run r = commands.run("train", "--config", Path.of("c.yaml"), "--batch", 7);
    assertThat(r.code()).as(r.err()).isZero();
    JsonNode c = contents("b.safetensors");
    assertThat(c.path("output_layers").toString()).isEqualTo("[4,6]");
    assertThat(c.path("csa").toString()).isEqualTo("{\"first\":2,\"last\":6}");
    assertThat(c.path("provenance").path("batch").asInt()).isEqualTo(7);
    assertThat(c.path("provenance").path("head_weights").asBoolean()).isFalse();
    // what it printed is a file for the next run
    String printed = r.err().substring(0, r.err().indexOf("\n#\n"));
    Files.writeString(dir.resolve("d.yaml"), printed);
    Processes.Run same =
        commands.run(
            "train", "--config=" + dir.resolve("d.yaml"), "--out", Path.of("e.safetensors"));
    assertThat(same.code()).as(same.err()).isZero();
    assertThat(numbers("e.safetensors")).isEqualTo(numbers("b.safetensors"));
    Files.writeString(dir.resolve("f.yaml"), "epoch: 1\n");
    Processes.Run wrong = commands.run("train", "--config", Path.of("f.yaml"));
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).contains("f.yaml: unknown key epoch").hasLineCount(1);
  }

  @Test
  void wrongRequestsAreOneLine() throws Exception {
    Processes.Run gpu = commands.run(train("g.safetensors", "--device", "gpu"));
    assertThat(gpu.code()).isEqualTo(2);
    assertThat(gpu.err()).contains("--device gpu").contains("use the cpu").hasLineCount(1);
    Processes.Run select = commands.run(train("g.safetensors", "--select", "best"));
    assertThat(select.code()).isEqualTo(2);
    assertThat(select.err()).contains("--validate");
  }

  @Test
  void killedAtAnyCheckpointItEndsWithTheSameAdapter() throws Exception {
    assertThat(commands.run(train("whole.safetensors", "--epochs", 6)).code()).isZero();
    Path log = dir.resolve("killed.log.jsonl");
    Path checkpoints = dir.resolve("killed.checkpoints");
    SplittableRandom random = new SplittableRandom(17);
    for (int kill = 1; kill <= KILLS; kill++) {
      String before = newest(checkpoints);
      Processes.Running r =
          processes.start(
              train(
                  "killed.safetensors",
                  "--epochs",
                  6,
                  "--resume",
                  "--cache",
                  "disk",
                  "--checkpoint-minutes",
                  "0.00001"));
      // it goes on from the last one, and is killed somewhere in the steps after the next
      r.waitFor(() -> !newest(checkpoints).equals(before) || !r.process().isAlive());
      Thread.sleep(random.nextInt(120));
      r.process().destroyForcibly().waitFor();
      if (Files.exists(dir.resolve("killed.safetensors"))) {
        // done before the kill: once more from the beginning
        assertThat(numbers("killed.safetensors")).isEqualTo(numbers("whole.safetensors"));
        Files.delete(dir.resolve("killed.safetensors"));
      } else {
        assertThat(newest(checkpoints)).isNotEmpty();
      }
    }
    Processes.Run last =
        commands.run(train("killed.safetensors", "--epochs", 6, "--resume", "--cache", "disk"));
    assertThat(last.code()).as(last.err()).isZero();
    assertThat(last.err()).contains("going on in epoch");
    assertThat(numbers("killed.safetensors")).isEqualTo(numbers("whole.safetensors"));
    // the log is that of one run
    assertThat(Files.readAllLines(log).stream().filter(l -> l.contains("\"event\":\"step\"")))
        .hasSize(36);
  }

  /** Name of the newest checkpoint; empty where there is none. */
  private static String newest(Path checkpoints) {
    if (!Files.isDirectory(checkpoints)) {
      return "";
    }
    try (Stream<Path> all = Files.list(checkpoints)) {
      return all.map(p -> p.getFileName().toString())
          .filter(n -> n.endsWith(".safetensors"))
          .max(Comparator.naturalOrder())
          .orElse("");
    } catch (IOException | UncheckedIOException e) {
      // renamed or removed while it was listed
      return "";
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void interruptedItSavesAndSaysHowToGoOn() throws Exception {
    Processes.Running r = processes.start(train("i.safetensors", "--epochs", 500));
    Path log = dir.resolve("i.log.jsonl");
    r.waitFor(() -> Files.exists(log) && Files.size(log) > 5000);
    new ProcessBuilder("kill", "-INT", String.valueOf(r.process().pid())).start().waitFor();
    Processes.Run ended = r.finish();
    assertThat(ended.err()).contains("--resume goes on");
    assertThat(dir.resolve("i.checkpoints")).isDirectory();
    Processes.Run without = commands.run(train("i.safetensors", "--epochs", 500));
    assertThat(without.code()).isEqualTo(2);
    assertThat(without.err()).contains("add --resume");
    Processes.Run other = commands.run(train("i.safetensors", "--epochs", 2, "--resume"));
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("epochs was 500, is now 2");
  }
}
