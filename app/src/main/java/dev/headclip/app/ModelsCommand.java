package dev.headclip.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.backbone.Backbone;
import dev.headclip.detect.BuiltInModels;
import dev.headclip.method.Adapter;
import dev.headclip.method.AdapterFile;
import dev.headclip.method.Learned;
import dev.headclip.method.SettingsJson;
import dev.headclip.synth.Generator;
import dev.headclip.tensor.HostTensor;
import dev.headclip.torch.training.Pretrainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code headclip models}. */
@Command(
    name = "models",
    description = "Lists and shows models; makes the starter model's backbone.",
    subcommands = {
      ModelsCommand.ListModels.class,
      ModelsCommand.Show.class,
      ModelsCommand.Pretrain.class
    })
final class ModelsCommand implements Callable<Integer> {
  @picocli.CommandLine.Spec private picocli.CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() {
    spec.commandLine().usage(System.err);
    return Main.UNUSABLE;
  }

  /** {@code headclip models list}. */
  @Command(name = "list", description = "Built-in models.")
  static final class ListModels implements Callable<Integer> {
    @Override
    public Integer call() {
      BuiltInModels.names().forEach(System.out::println);
      return Main.OK;
    }
  }

  /** {@code headclip models show}. */
  @Command(
      name = "show",
      description = "A model's sizes, settings and provenance, as JSON.",
      footer = {
        "",
        "Examples:",
        "  headclip models show starter",
        "  headclip models show my-model/",
        "  headclip models show mvtec.safetensors"
      })
  static final class Show implements Callable<Integer> {
    @Parameters(
        paramLabel = "NAME|DIR|ADAPTER",
        description = "A built-in model, a model's folder, or an adapter file.")
    private String model;

    @Option(
        names = "--adapter",
        paramLabel = "FILE",
        description = "The adapter (default: adapter.safetensors in the folder).")
    private Optional<Path> adapter;

    @Override
    public Integer call() throws JsonProcessingException {
      ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
      ObjectNode root = json.createObjectNode().put("model", model);
      if (!BuiltInModels.names().contains(model) && Files.isRegularFile(Path.of(model))) {
        AdapterFile.Contents c = AdapterFile.contents(Path.of(model));
        ObjectNode settings = c.settings().deepCopy();
        JsonNode provenance = settings.remove("provenance");
        root.set("settings", settings);
        root.set("provenance", provenance);
        headWeights(root, c.learned());
      } else {
        try (BuiltInModels.Folder folder = BuiltInModels.folderOf(model);
            Backbone backbone = Backbone.open(folder.path())) {
          Path file = adapter.orElse(folder.path().resolve(BuiltInModels.ADAPTER));
          Adapter a = AdapterFile.read(file, backbone.config());
          root.set("backbone", json.valueToTree(backbone.config()));
          root.set("settings", SettingsJson.write(a.settings()));
          root.set("provenance", json.valueToTree(a.provenance()));
          headWeights(root, a.learned());
        }
      }
      System.out.println(json.writeValueAsString(root));
      return Main.OK;
    }

    private static void headWeights(ObjectNode to, Learned<HostTensor> learned) {
      learned
          .headWeights()
          .ifPresent(
              w -> {
                for (int l = 0; l < w.size(0); l++) {
                  var row = to.withArray("head_weights").addArray();
                  for (int h = 0; h < w.size(1); h++) {
                    row.add(Math.round(w.data()[l * w.size(1) + h] * 1e4) / 1e4);
                  }
                }
              });
    }
  }

  /** {@code headclip models pretrain}. */
  @Command(
      name = "pretrain",
      description =
          "Pretrains the starter model's small CLIP on generated images; goes on where it stopped.",
      footer = {"", "Recipe and measurements: docs/starter.md."})
  static final class Pretrain implements Callable<Integer> {
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
}
