package dev.headclip.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.dataset.MvtecFolder;
import dev.headclip.dataset.Sample;
import dev.headclip.detect.Detector;
import dev.headclip.detect.Evaluation;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code headclip evaluate}: a first version, AUROC only. */
@Command(
    name = "evaluate",
    description = "Image and pixel AUROC of a model on a data set in MVTec layout.",
    footer = {"", "Example:", "  headclip evaluate --root mvtec_ad --model starter"})
final class EvaluateCommand implements Callable<Integer> {
  enum Format {
    text,
    json
  }

  @Option(names = "--root", required = true, paramLabel = "DIR", description = "The data set.")
  private Path root;

  @Mixin private ModelOptions model;

  @Option(
      names = "--format",
      paramLabel = "text|json",
      defaultValue = "text",
      description = "Form of the figures (default: ${DEFAULT-VALUE}).")
  private Format format;

  @Override
  public Integer call() {
    List<Sample> samples = MvtecFolder.test(root);
    try (Detector detector = model.open();
        ProgressLine progress = ProgressLine.of("evaluate", samples.size(), "images")) {
      Map<String, Evaluation.Figures> classes =
          Evaluation.run(detector, samples, n -> progress.at(n, ""));
      Evaluation.Figures mean = Evaluation.mean(classes.values());
      if (format == Format.json) {
        System.out.println(json(detector, classes, mean));
      } else {
        System.out.printf("%-16s %7s %12s %12s%n", "class", "images", "image AUROC", "pixel AUROC");
        classes.forEach((name, f) -> System.out.println(line(name, f)));
        System.out.println(line("mean", mean));
      }
    }
    return Main.OK;
  }

  private static String line(String name, Evaluation.Figures f) {
    return "%-16s %7d %12s %12s"
        .formatted(name, f.images(), percent(f.imageAuroc()), percent(f.pixelAuroc()));
  }

  private static String percent(OptionalDouble v) {
    return v.isPresent() ? "%.1f".formatted(100 * v.getAsDouble()) : "-";
  }

  private String json(
      Detector detector, Map<String, Evaluation.Figures> classes, Evaluation.Figures mean) {
    ObjectNode o = new ObjectMapper().createObjectNode();
    o.put("dataset", root.toAbsolutePath().normalize().getFileName().toString());
    o.put("method", "headclip").put("protocol", "exact").put("model", detector.model());
    ObjectNode all = o.putObject("classes");
    classes.forEach((name, f) -> put(all.putObject(name), f));
    put(o.putObject("mean"), mean);
    return o.toString();
  }

  private static void put(ObjectNode o, Evaluation.Figures f) {
    f.imageAuroc().ifPresent(v -> o.putObject("image").put("auroc", v));
    f.pixelAuroc().ifPresent(v -> o.putObject("pixel").put("auroc", v));
    o.putObject("counts").put("images", f.images());
  }
}
