package dev.headclip.model;

import dev.headclip.HeadClipException;
import dev.headclip.Version;
import dev.headclip.clip.ClipConfig;
import dev.headclip.method.Adapter;
import dev.headclip.method.Imported;
import dev.headclip.method.Method;
import dev.headclip.method.MethodConfig;
import dev.headclip.method.Methods;
import dev.headclip.method.Recipe;
import dev.headclip.weights.SafetensorsFile;
import dev.headclip.weights.TensorSource;
import dev.headclip.weights.TorchArchive;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Makes an adapter of a checkpoint that a method's authors published. Nothing in it is executed.
 *
 * @param file the checkpoint
 * @param method whose it is; empty for the one that knows it
 * @param backbone the CLIP that it goes with; empty for the one that such checkpoints are for
 * @param preset a published configuration; empty for the method's defaults
 */
public record CheckpointImport(
    Path file, Optional<String> method, Optional<ClipConfig> backbone, Optional<String> preset) {
  /**
   * Reads it.
   *
   * @throws HeadClipException where no method knows it, or it does not fit the backbone
   */
  public Adapter adapter() {
    if (!Files.isRegularFile(file)) {
      throw new HeadClipException("%s: no such checkpoint".formatted(file));
    }
    try (TensorSource source =
        file.toString().endsWith(".safetensors")
            ? SafetensorsFile.open(file)
            : TorchArchive.open(file)) {
      return adapter(source);
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
            .or(found::backbone)
            .orElseThrow(
                () ->
                    new HeadClipException(
                        "%s: made for a CLIP of other sizes than the published ones; name its backbone"
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
