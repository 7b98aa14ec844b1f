package dev.headclip.app;

import dev.headclip.pretrain.Pretrainer;
import dev.headclip.synth.Generator;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code headclip models pretrain}. */
@Command(
    name = "pretrain",
    description =
        "Pretrains the starter model's small CLIP on generated images; goes on where it stopped.",
    footer = {"", "Recipe and measurements: docs/starter.md."})
final class ModelsPretrain implements Callable<Integer> {
  @Parameters(paramLabel = "OUT", description = "Folder for the backbone and its checkpoint.")
  private Path out;

  @Mixin private PictureOptions pictures;

  @Option(names = "--seed", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--image-size",
      defaultValue = "224",
      paramLabel = "S",
      description = "Side of the examples (default: ${DEFAULT-VALUE}).")
  private int imageSize;

  @Option(
      names = "--from",
      paramLabel = "DIR",
      description = "Start from this backbone, pretrained at any image size.")
  private Optional<Path> from;

  @Option(names = "--steps", defaultValue = "6000", description = "Default: ${DEFAULT-VALUE}.")
  private int steps;

  @Option(names = "--batch", defaultValue = "16", description = "Default: ${DEFAULT-VALUE}.")
  private int batch;

  @Option(names = "--lr", defaultValue = "1e-3", description = "Default: ${DEFAULT-VALUE}.")
  private double rate;

  @Override
  public Integer call() {
    Pretrainer.Settings settings =
        new Pretrainer.Settings(seed, imageSize, steps, batch, rate, 100, from);
    Generator generator = pictures.generator(seed, imageSize, Pretrainer.PHOTO_SHARE);
    try (Stopper stopper = new Stopper(60);
        ProgressLine progress = ProgressLine.of("pretrain", steps, "steps")) {
      boolean complete =
          new Pretrainer(settings, out)
              .run(
                  generator,
                  stopper.flag()::get,
                  p -> {
                    System.out.println(p);
                    progress.at(p.step(), "");
                  });
      System.err.println(
          complete ? "backbone written to " + out : "stopped; the same command goes on");
      return complete ? Main.OK : Main.SOME_FAILED;
    }
  }
}
