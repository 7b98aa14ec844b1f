package dev.headclip.app;

import dev.headclip.HeadClipException;
import dev.headclip.Version;
import dev.headclip.backbone.Backbone;
import dev.headclip.clip.ClipConfig;
import dev.headclip.method.Adapter;
import dev.headclip.method.AdapterFile;
import dev.headclip.method.Imported;
import dev.headclip.method.Method;
import dev.headclip.method.MethodConfig;
import dev.headclip.method.Methods;
import dev.headclip.method.Recipe;
import dev.headclip.model.Model;
import dev.headclip.weights.SafetensorsFile;
import dev.headclip.weights.TensorSource;
import dev.headclip.weights.TorchArchive;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code headclip models import}. */
@Command(
    name = "import",
    description =
        "Makes an adapter of a checkpoint that a method's authors published. Nothing in it is executed.",
    footer = {
      "",
      "Known: AnomalyCLIP's epoch_*.pth, and its descendants' that keep the names.",
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
      paramLabel = "DIR|starter",
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

  @Override
  public Integer call() {
    if (!Files.isRegularFile(file)) {
      throw new HeadClipException("%s: no such checkpoint".formatted(file));
    }
    Path to =
        out.orElseGet(
            () ->
                file.resolveSibling(
                    file.getFileName().toString().replaceFirst("\\.\\w+$", "") + ".safetensors"));
    try (TensorSource source =
        file.toString().endsWith(".safetensors")
            ? SafetensorsFile.open(file)
            : TorchArchive.open(file)) {
      Adapter adapter = adapter(source);
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

  private Adapter adapter(TensorSource source) {
    for (Method<?> m : Methods.all()) {
      if (method.isEmpty() || method.get().equals(m.name())) {
        Optional<Imported> found = m.imported(source);
        if (found.isPresent()) {
          return adapter(m, found.get());
        }
      }
    }
    throw new HeadClipException(
        "%s: no checkpoint that %s knows, found tensors %s"
            .formatted(
                file,
                method.map(n -> Methods.named(n).name()).orElse("a method here"),
                source.tensors().keySet().stream().limit(5).toList()));
  }

  private Adapter adapter(Method<?> m, Imported found) {
    ClipConfig config =
        backbone
            .map(
                place -> {
                  try (Backbone b = Model.backbone(place)) {
                    return b.config();
                  }
                })
            .or(found::backbone)
            .orElseThrow(
                () ->
                    new HeadClipException(
                        "%s: made for a CLIP of other sizes than the published ones; name it with --backbone"
                            .formatted(file)));
    Recipe defaults = Recipe.of(m, config);
    Recipe r = preset.map(p -> defaults.preset(p, config)).orElse(defaults);
    MethodConfig<?> shown = r.method().withTensors(found.learned());
    Map<String, Object> provenance = new LinkedHashMap<>();
    provenance.put("imported_from", file.getFileName().toString());
    preset.ifPresent(p -> provenance.put("preset", p));
    provenance.put("code", "headclip " + Version.text());
    Adapter adapter = new Adapter(shown, r.scores(), found.learned(), provenance);
    adapter.checkAgainst(file.toString(), config);
    return adapter;
  }
}
