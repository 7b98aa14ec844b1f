package dev.headclip.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.headclip.backbone.Backbone;
import dev.headclip.detect.BuiltInModels;
import dev.headclip.method.Adapter;
import dev.headclip.method.AdapterFile;
import dev.headclip.method.SettingsJson;
import dev.headclip.synth.Generator;
import dev.headclip.torch.training.Pretrainer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
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
        "  headclip models show my-model/"
      })
  static final class Show implements Callable<Integer> {
    @Parameters(paramLabel = "NAME|DIR", description = "A built-in model or a model's folder.")
    private String model;

    @Option(
        names = "--adapter",
        paramLabel = "FILE",
        description = "The adapter (default: adapter.safetensors in the folder).")
    private Path adapter;

    @Override
    public Integer call() throws JsonProcessingException {
      try (BuiltInModels.Folder folder = BuiltInModels.folderOf(model);
          Backbone backbone = Backbone.open(folder.path())) {
        Path file =
            Optional.ofNullable(adapter).orElse(folder.path().resolve(BuiltInModels.ADAPTER));
        Adapter a = AdapterFile.read(file, backbone.config());
        ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        var root = json.createObjectNode();
        root.put("model", model);
        root.set("backbone", json.valueToTree(backbone.config()));
        root.set("settings", SettingsJson.write(a.settings()));
        root.set("provenance", json.valueToTree(a.provenance()));
        a.learned()
            .headWeights()
            .ifPresent(
                w -> {
                  for (int l = 0; l < w.size(0); l++) {
                    var row = root.withArray("head_weights").addArray();
                    for (int h = 0; h < w.size(1); h++) {
                      row.add(Math.round(w.data()[l * w.size(1) + h] * 1e4) / 1e4);
                    }
                  }
                });
        System.out.println(json.writeValueAsString(root));
      }
      return Main.OK;
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

    @Option(
        names = "--textures",
        paramLabel = "DIR",
        description = "Texture images to draw from, see starter/fetch-textures.sh.")
    private Path textures;

    @Option(names = "--seed", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--steps", defaultValue = "1500", description = "Default: ${DEFAULT-VALUE}.")
    private int steps;

    @Option(names = "--batch", defaultValue = "16", description = "Default: ${DEFAULT-VALUE}.")
    private int batch;

    @Option(names = "--lr", defaultValue = "1e-3", description = "Default: ${DEFAULT-VALUE}.")
    private double rate;

    @Override
    public Integer call() {
      Pretrainer.Settings settings = new Pretrainer.Settings(seed, steps, batch, rate, 100);
      Generator generator =
          textures == null
              ? Generator.drawn(seed, 224)
              : Generator.withPhotos(seed, 224, textures, Pretrainer.PHOTO_SHARE);
      try (Stopper stopper = new Stopper(60);
          ProgressLine progress = ProgressLine.of("pretrain", steps, "steps")) {
        boolean complete =
            new Pretrainer(settings, out)
                .run(
                    generator,
                    stopper.flag(),
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
