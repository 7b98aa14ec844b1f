package dev.headclip.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import dev.headclip.detect.DetectionQueue;
import dev.headclip.detect.Detector;
import dev.headclip.detect.StreamSettings;
import dev.headclip.internal.text.Printable;
import dev.headclip.results.ResultFormat;
import dev.headclip.watch.HotFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code headclip watch}. */
@Command(
    name = "watch",
    description =
        "Scores images as they arrive in a folder: one line each in OUT/results.jsonl, none lost and none twice, however often it is stopped.",
    footer = {
      "",
      "Examples:",
      "  headclip watch camera/ --out results --sort move",
      "  headclip watch camera/ --normal good/ --overlay",
      "  headclip watch camera/ --model part.safetensors --format json | my-line-control",
      "  headclip serve --watch camera/          the same with a page that shows it live",
      "",
      "Exit code: 0 stopped by the user, 2 wrong usage or model, or results cannot be written."
    })
final class WatchCommand implements Callable<Integer>, WithSettings {
  private static final int QUEUE = 32;

  @Parameters(paramLabel = "FOLDER", description = "Where images arrive; searched in depth.")
  private Path folder;

  @Mixin private ModelOptions model;

  @Mixin private ReferenceOptions references;

  @Mixin private RegionOptions regions;

  @Mixin private EngineOptions compute;

  @Mixin private WatchOptions watch;

  @Option(
      names = "--format",
      paramLabel = "text|json",
      defaultValue = "text",
      description =
          "What is printed as it comes; json are the lines of results.jsonl (default: ${DEFAULT-VALUE}).")
  private ResultFormat format;

  @Override
  public void addSettings(CommandSpec command, Map<String, String> given) {
    model.addSettings(command, given);
    references.addSettings(command);
    compute.addSettings(command);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (format != ResultFormat.text && format != ResultFormat.json) {
      throw new HeadClipException(
          "--format %s: expected text or json; results.jsonl has them all".formatted(format));
    }
    try (Stopper stopper = new Stopper(30);
        Detector detector = model.detector(compute, references, regions);
        DetectionQueue queue = new DetectionQueue(QUEUE, StreamSettings.defaults().threads());
        HotFolder hot =
            new HotFolder(
                watch.settings(folder),
                () -> HotFolder.Judge.of(detector),
                queue,
                watch.files(compute.loader()),
                (line, outcome, file) -> print(line),
                r -> System.err.println("note: " + r))) {
      System.err.printf("watching %s; Ctrl-C stops%n", folder);
      hot.run(stopper.flag());
    }
    return Main.OK;
  }

  private void print(ObjectNode line) {
    if (format == ResultFormat.json) {
      TerminalStream.data(System.out).println(line);
      System.out.flush();
      return;
    }
    String image = Printable.line(line.path("image").asText());
    if (line.has("error")) {
      System.out.printf("failed     -      %s: %s%n", image, line.path("error").asText());
    } else {
      System.out.printf(
          "%-9s  %.3f  %s%n",
          line.path("anomalous").asBoolean() ? "ANOMALOUS" : "normal",
          line.path("score").asDouble(),
          image);
    }
    System.out.flush();
  }
}
