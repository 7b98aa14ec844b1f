package dev.headclip.app;

import dev.headclip.HeadClipException;
import dev.headclip.backbone.Backbone;
import dev.headclip.calibrate.Calibration;
import dev.headclip.detect.BuiltInModels;
import dev.headclip.method.Adapter;
import dev.headclip.method.AdapterFile;
import dev.headclip.method.HeadClipSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import picocli.CommandLine.Option;

/** Which model, and what of its settings is to be another. */
final class ModelChoice {
  @Option(
      names = "--model",
      paramLabel = "NAME|DIR",
      description =
          "Built-in model, or a folder with a backbone and adapter.safetensors (default: starter).")
  private String model;

  @Option(
      names = "--backbone",
      paramLabel = "DIR|starter",
      description = "A published CLIP: Hugging Face folder, OpenAI .pt, open_clip checkpoint.")
  private String backbone;

  @Option(
      names = "--adapter",
      paramLabel = "FILE",
      description = "The adapter that goes with --backbone.")
  private Path adapter;

  @Option(
      names = "--threshold",
      paramLabel = "T",
      description = "Score from which an image is anomalous, 0 to 1 (default: the model's).")
  private Double threshold;

  @Option(
      names = "--target-fpr",
      paramLabel = "P",
      description =
          "Share of normal images that may be called anomalous, by what calibrate stored (default: the model's threshold).")
  private Double targetFpr;

  @Option(
      names = "--lambda",
      paramLabel = "L",
      description = "Weight of the local score, 0 to 1 (default: the model's).")
  private Double lambda;

  @Option(
      names = "--image-size",
      paramLabel = "PIXELS",
      description = "Side of the network's input (default: the model's).")
  private Integer imageSize;

  /** Name or place of the backbone. */
  String home() {
    if ((backbone == null) != (adapter == null)) {
      throw new HeadClipException(
          backbone == null
              ? "--adapter without --backbone; name the CLIP that it was trained with"
              : "--backbone without --adapter; train one with 'headclip train --backbone %s'"
                  .formatted(backbone));
    }
    if (backbone != null && model != null) {
      throw new HeadClipException("--model and --backbone together; name one of them");
    }
    return backbone != null ? backbone : model == null ? "starter" : model;
  }

  /** Whether backbone and adapter are named apart. */
  boolean hasBackbone() {
    return backbone != null;
  }

  /** The model's name, for reports. */
  String name() {
    return adapter == null ? home() : adapter.getFileName().toString();
  }

  /** What is made of backbone and adapter as stored; both are closed afterwards. */
  <R> R read(BiFunction<Backbone, Adapter, R> use) {
    try (BuiltInModels.Folder folder = BuiltInModels.folderOf(home());
        Backbone clip = Backbone.open(folder.path())) {
      Path file = adapter != null ? adapter : folder.path().resolve(BuiltInModels.ADAPTER);
      return use.apply(clip, AdapterFile.read(file, clip.config()));
    }
  }

  /** The adapter as stored. */
  Adapter adapter() {
    return read((clip, a) -> a);
  }

  /** The adapter's file, where it is one of the user's. */
  Optional<Path> ownAdapter() {
    if (adapter != null) {
      return Optional.of(adapter);
    }
    return BuiltInModels.names().contains(home())
        ? Optional.empty()
        : Optional.of(Path.of(home()).resolve(BuiltInModels.ADAPTER));
  }

  OptionalInt imageSize() {
    return imageSize == null ? OptionalInt.empty() : OptionalInt.of(imageSize);
  }

  OptionalDouble lambda() {
    return lambda == null ? OptionalDouble.empty() : OptionalDouble.of(lambda);
  }

  /** The threshold where one is given, by itself or by a rate of false alarms. */
  OptionalDouble threshold() {
    if (targetFpr != null) {
      return OptionalDouble.of(thresholdFor(targetFpr));
    }
    return threshold == null ? OptionalDouble.empty() : OptionalDouble.of(threshold);
  }

  /** What the network sees of it: the image size given here in place of the stored one. */
  HeadClipSettings resized(HeadClipSettings stored) {
    return imageSize == null ? stored : stored.withImageSize(imageSize);
  }

  /** What is given here in place of what is stored. */
  HeadClipSettings applyTo(HeadClipSettings stored) {
    HeadClipSettings s = resized(stored);
    s = lambda == null ? s : s.withLambda(lambda);
    OptionalDouble t = threshold();
    return t.isEmpty() ? s : s.withThreshold(t.getAsDouble());
  }

  /** The threshold for {@code --target-fpr}, from the normal scores that calibrate stored. */
  private double thresholdFor(double rate) {
    if (threshold != null || lambda != null || imageSize != null) {
      throw new HeadClipException(
          "--target-fpr together with --threshold, --lambda or --image-size; the stored scores are not of these");
    }
    Object facts = adapter().provenance().get(Calibration.KEY);
    Object scores = facts instanceof Map<?, ?> m ? m.get(Calibration.NORMAL_SCORES) : null;
    if (!(scores instanceof List<?> list) || list.isEmpty()) {
      throw new HeadClipException(
          "--target-fpr: this adapter holds no scores of normal images; run 'headclip calibrate --normal DIR' first, or give --threshold");
    }
    float[] normal = new float[list.size()];
    for (int i = 0; i < normal.length; i++) {
      normal[i] = list.get(i) instanceof Number n ? n.floatValue() : 0;
    }
    Calibration c = Calibration.normals(normal, rate);
    c.remarks().forEach(r -> System.err.println("note: " + r));
    return c.threshold();
  }

  Optional<Double> targetFpr() {
    return Optional.ofNullable(targetFpr);
  }
}
