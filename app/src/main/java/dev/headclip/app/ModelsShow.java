package dev.headclip.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.method.AdapterFile;
import dev.headclip.model.BuiltInModels;
import dev.headclip.model.Model;
import dev.headclip.model.ModelBuilder;
import dev.headclip.model.ModelDescription;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code headclip models show}. */
@Command(
    name = "show",
    description = "A model's method, sizes, settings and provenance, as JSON.",
    footer = {
      "",
      "Examples:",
      "  headclip models show starter",
      "  headclip models show my-model/",
      "  headclip models show mvtec.safetensors",
      "  headclip models show detector.onnx",
      "  headclip models show vit-b-16-plus-240 --method winclip"
    })
final class ModelsShow implements Callable<Integer> {
  @Parameters(
      paramLabel = "NAME|DIR|FILE",
      description =
          "A built-in model, a model's folder, an adapter, an exported file, or a published BACKBONE+ADAPTER.")
  private String model;

  @Option(
      names = "--adapter",
      paramLabel = "FILE",
      description = "The adapter (default: adapter.safetensors in the folder).")
  private Optional<Path> adapter;

  @Option(
      names = "--method",
      paramLabel = "NAME",
      description = "A method that learns nothing, in place of an adapter.")
  private Optional<String> method;

  @Mixin private HubOption hub;

  @Override
  public Integer call() throws JsonProcessingException {
    ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    ObjectNode root = json.createObjectNode().put("model", model);
    if (isAdapter()) {
      AdapterFile.Contents c = AdapterFile.contents(Path.of(model));
      ModelDescription.add(root, c.settings().deepCopy(), c.learned());
    } else {
      Places.Found found = hub.places().model(model, adapter.isEmpty() && method.isEmpty());
      ModelBuilder b = Model.builder(found.place());
      adapter.or(found::adapter).ifPresent(b::adapter);
      method.ifPresent(b::method);
      try (Model m = b.open()) {
        ModelDescription.add(root, m);
      }
    }
    System.out.println(json.writeValueAsString(root));
    return Main.OK;
  }

  private boolean isAdapter() {
    return !BuiltInModels.names().contains(model)
        && model.endsWith(".safetensors")
        && !model.contains("://")
        && Files.isRegularFile(Path.of(model));
  }
}
