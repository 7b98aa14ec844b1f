package dev.headclip.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.dataset.MvtecFolder;
import dev.headclip.dataset.Sample;
import dev.headclip.detect.Detector;
import dev.headclip.detect.Evaluation;
import dev.headclip.metrics.Figures;
import dev.headclip.metrics.PrecisionRecall;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code headclip evaluate}: a first version. */
@Command(
    name = "evaluate",
    description = "AUROC, AP and F1-max of a model on a data set in MVTec layout.",
    footer = {"", "Example:", "  headclip evaluate --root mvtec_ad --model starter"})
final class EvaluateCommand implements Callable<Integer> {
  enum Format {
    text,
    json
  }

  /** The columns, by their names in the metrics file. */
  private static final Map<String, Function<Figures, OptionalDouble>> COLUMNS =
      new LinkedHashMap<>();

  static {
    COLUMNS.put("auroc", Figures::auroc);
    COLUMNS.put("ap", f -> of(f.curve(), PrecisionRecall::ap));
    COLUMNS.put("f1max", f -> of(f.curve(), PrecisionRecall::f1max));
  }

  @Option(names = "--root", required = true, paramLabel = "DIR", description = "The data set.")
  private Path root;

  @Mixin private ModelOptions model;

  @Option(
      names = "--format",
      paramLabel = "text|json",
      defaultValue = "text",
      description = "Form of the figures; json are fractions (default: ${DEFAULT-VALUE}).")
  private Format format;

  private static OptionalDouble of(
      Optional<PrecisionRecall> curve, Function<PrecisionRecall, Double> figure) {
    return curve.map(c -> OptionalDouble.of(figure.apply(c))).orElse(OptionalDouble.empty());
  }

  @Override
  public Integer call() {
    List<Sample> samples = MvtecFolder.test(root);
    try (Detector detector = model.open();
        ProgressLine progress = ProgressLine.of("evaluate", samples.size(), "images")) {
      Evaluation.Result result = Evaluation.run(detector, samples, n -> progress.at(n, ""));
      System.out.println(format == Format.json ? json(detector, result) : text(result));
    }
    return Main.OK;
  }

  private static String text(Evaluation.Result result) {
    StringBuilder s = new StringBuilder("%-16s %7s".formatted("%, exact", "images"));
    COLUMNS.keySet().forEach(c -> s.append("%8s".formatted("i-" + c)));
    COLUMNS.keySet().forEach(c -> s.append("%8s".formatted("p-" + c)));
    result
        .classes()
        .forEach(
            (name, c) -> {
              s.append("%n%-16s %7d".formatted(name, c.images()));
              COLUMNS.values().forEach(f -> s.append(percent(f.apply(c.image()))));
              COLUMNS.values().forEach(f -> s.append(percent(f.apply(c.pixel()))));
            });
    s.append("%n%-16s %7s".formatted("mean", ""));
    COLUMNS.values().forEach(f -> s.append(percent(result.mean(c -> f.apply(c.image())))));
    COLUMNS.values().forEach(f -> s.append(percent(result.mean(c -> f.apply(c.pixel())))));
    result
        .pooled()
        .curve()
        .ifPresent(
            c ->
                s.append(
                    "%nbest F1 of all images together: %.1f at threshold %.3f"
                        .formatted(100 * c.f1max(), c.threshold())));
    return s.toString();
  }

  private static String percent(OptionalDouble v) {
    return "%8s".formatted(v.isPresent() ? "%.1f".formatted(100 * v.getAsDouble()) : "-");
  }

  private String json(Detector detector, Evaluation.Result result) {
    ObjectNode o = new ObjectMapper().createObjectNode();
    o.put("dataset", root.toAbsolutePath().normalize().getFileName().toString());
    o.put("method", "headclip").put("protocol", "exact").put("model", detector.model());
    ObjectNode classes = o.putObject("classes");
    result
        .classes()
        .forEach(
            (name, c) -> {
              ObjectNode one = classes.putObject(name);
              put(one, "image", f -> f.apply(c.image()));
              put(one, "pixel", f -> f.apply(c.pixel()));
              one.putObject("counts").put("images", c.images());
            });
    ObjectNode mean = o.putObject("mean");
    put(mean, "image", f -> result.mean(c -> f.apply(c.image())));
    put(mean, "pixel", f -> result.mean(c -> f.apply(c.pixel())));
    return o.toString();
  }

  private static void put(
      ObjectNode to,
      String level,
      Function<Function<Figures, OptionalDouble>, OptionalDouble> figure) {
    COLUMNS.forEach(
        (name, f) -> figure.apply(f).ifPresent(v -> to.withObject("/" + level).put(name, v)));
  }
}
