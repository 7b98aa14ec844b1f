package dev.headclip.app;

import dev.headclip.HeadClipException;
import dev.headclip.pretrain.PretrainSettings;
import dev.headclip.pretrain.Pretrainer;
import dev.headclip.synth.Generator;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code headclip models pretrain}. */
@Command(
    name = "pretrain",
    description =
        "Pretrains the starter model's small CLIP on generated images; goes on where it stopped.",
    footer = {"", "Recipe and measurements: docs/starter.md."})
final class ModelsPretrain implements Callable<Integer>, WithSettings {
  @Parameters(paramLabel = "OUT", description = "Folder for the backbone and its checkpoint.")
  private Path out;

  @Mixin private PictureOptions pictures;

  @Option(
      names = "--from",
      paramLabel = "DIR",
      description = "Start from this backbone, pretrained at any image size.")
  private Optional<Path> from;

  private final SettingFlags flags = new SettingFlags();

  @Override
  public void addSettings(CommandSpec command, Map<String, String> given) {
    flags.add(command, PretrainSettings.class);
  }

  @Override
  public Integer call() {
    PretrainSettings settings = PretrainSettings.of(flags.values());
    if (settings.even() > 0 && !pictures.areThere()) {
      throw new HeadClipException("--even without --textures; name a folder of surfaces, too");
    }
    Generator all =
        pictures.generator(settings.seed(), settings.imageSize(), Pretrainer.PHOTO_SHARE);
    Generator chosen = settings.even() > 0 ? all.evenly(settings.even()) : all;
    Generator generator = chosen.withBodies(settings.bodies());
    try (Stopper stopper = new Stopper(60);
        ProgressLine progress = ProgressLine.of("pretrain", settings.steps(), "steps")) {
      boolean complete =
          new Pretrainer(settings, from, out)
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
