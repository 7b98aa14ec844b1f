package dev.headclip.app;

import dev.headclip.backbone.Backbone;
import dev.headclip.clip.ClipConfig;
import dev.headclip.method.Adapter;
import dev.headclip.method.AdapterFile;
import dev.headclip.model.CheckpointImport;
import dev.headclip.model.Model;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code headclip models import}. */
@Command(
    name = "import",
    description =
        "Makes an adapter of a checkpoint that a method's authors published. Nothing in it is executed.",
    footer = {
      "",
      "Known: AnomalyCLIP's epoch_*.pth, its descendants' that keep the names, and AdaCLIP's.",
      "",
      "Examples:",
      "  headclip models import epoch_15.pth --out anomalyclip.safetensors",
      "  headclip models import epoch_15.pth --preset paper --out anomalyclip.safetensors",
      "  headclip detect parts/ --backbone clip-vit-large-patch14-336 --adapter anomalyclip.safetensors"
    })
final class ModelsImport implements Callable<Integer> {
  @Parameters(paramLabel = "FILE.pth", description = "The checkpoint.")
  private Path file;

  @Option(
      names = "--method",
      paramLabel = "NAME",
      description = "Whose it is (default: the one that knows it).")
  private Optional<String> method;

  @Option(
      names = "--backbone",
      paramLabel = "NAME|DIR",
      description = "The CLIP that it goes with (default: the one that such checkpoints are for).")
  private Optional<String> backbone;

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      description = "A published configuration: for anomalyclip official, paper or aliased.")
  private Optional<String> preset;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "The adapter to write (default: FILE.safetensors).")
  private Optional<Path> out;

  @Mixin private HubOption hub;

  @Override
  public Integer call() {
    Path to =
        out.orElseGet(
            () ->
                file.resolveSibling(
                    file.getFileName().toString().replaceFirst("\\.\\w+$", "") + ".safetensors"));
    Optional<ClipConfig> config =
        backbone
            .map(hub.places()::backbone)
            .map(
                place -> {
                  try (Backbone b = Model.backbone(place)) {
                    return b.config();
                  }
                });
    Adapter adapter = new CheckpointImport(file, method, config, preset).adapter();
    AdapterFile.write(to, adapter);
    System.out.printf(
        "%s: method %s, %d tensors (numbers %s)%n",
        to,
        adapter.method().name(),
        adapter.learned().names().size(),
        adapter.digest().substring(0, 16));
    return Main.OK;
  }
}
