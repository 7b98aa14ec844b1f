package dev.headclip.app;

import dev.headclip.HeadClipException;
import dev.headclip.backbone.Backbone;
import dev.headclip.calibrate.Calibration;
import dev.headclip.detect.BuiltInModels;
import dev.headclip.detect.Detector;
import dev.headclip.engine.EngineSettings;
import dev.headclip.engine.Engines;
import dev.headclip.engine.Precision;
import dev.headclip.image.ImageLoader;
import dev.headclip.method.Adapter;
import dev.headclip.method.AdapterFile;
import dev.headclip.method.SettingsJson;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import picocli.CommandLine.Option;

/** Which model to run, and how. */
final class ModelOptions {
  enum Device {
    cpu,
    gpu
  }

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
      names = "--engine",
      paramLabel = "NAME",
      description = "What computes the model: onnx or torch (default: onnx).")
  private String engine;

  @Option(
      names = "--precision",
      paramLabel = "fp32|int8",
      defaultValue = "fp32",
      description = "Arithmetic of the network (default: ${DEFAULT-VALUE}).")
  private Precision precision;

  @Option(
      names = "--device",
      paramLabel = "cpu|gpu",
      defaultValue = "cpu",
      description =
          "What computes the network; gpu needs onnxruntime_gpu (default: ${DEFAULT-VALUE}).")
  private Device device;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "Of the network (default: one for each core).")
  private int threads;

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

  @Option(
      names = "--max-pixels",
      paramLabel = "N",
      defaultValue = "100000000",
      description = "Refuse larger images by their header (default: ${DEFAULT-VALUE}).")
  private long maxPixels;

  /** The adapter's file, where it is one of the user's. */
  Optional<Path> ownAdapter() {
    if (adapter != null) {
      return Optional.of(adapter);
    }
    String home = model == null ? "starter" : model;
    return BuiltInModels.names().contains(home)
        ? Optional.empty()
        : Optional.of(Path.of(home).resolve(BuiltInModels.ADAPTER));
  }

  /** The adapter as stored. */
  Adapter adapter() {
    String home = backbone != null ? backbone : model == null ? "starter" : model;
    try (BuiltInModels.Folder folder = BuiltInModels.folderOf(home);
        Backbone clip = Backbone.open(folder.path())) {
      Path file = adapter != null ? adapter : folder.path().resolve(BuiltInModels.ADAPTER);
      return AdapterFile.read(file, clip.config());
    }
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

  /**
   * What the network's numbers depend on, for files that must not be mixed: digests of backbone and
   * learned numbers, and the settings that the network sees.
   */
  Map<String, Object> identity() {
    String home = backbone != null ? backbone : model == null ? "starter" : model;
    try (BuiltInModels.Folder folder = BuiltInModels.folderOf(home);
        Backbone clip = Backbone.open(folder.path())) {
      Path file = adapter != null ? adapter : folder.path().resolve(BuiltInModels.ADAPTER);
      Adapter a = AdapterFile.read(file, clip.config());
      Map<String, Object> m = new LinkedHashMap<>();
      m.put("model", adapter == null ? home : adapter.getFileName().toString());
      m.put("backbone_digest", clip.digest());
      m.put("adapter_digest", a.digest());
      m.put("engine", engine == null ? Engines.best().name() : engine);
      m.put("precision", precision.key());
      m.put(
          "settings",
          SettingsJson.network(
              imageSize == null ? a.settings() : a.settings().withImageSize(imageSize)));
      return m;
    }
  }

  Optional<Double> targetFpr() {
    return Optional.ofNullable(targetFpr);
  }

  Detector open() {
    return open(
        targetFpr != null
            ? OptionalDouble.of(thresholdFor(targetFpr))
            : threshold == null ? OptionalDouble.empty() : OptionalDouble.of(threshold));
  }

  /** Without a threshold of its own, for finding one. */
  Detector openUncalibrated() {
    return open(OptionalDouble.empty());
  }

  private Detector open(OptionalDouble verdict) {
    Detector.Options options =
        new Detector.Options(
            Optional.ofNullable(engine),
            verdict,
            imageSize == null ? OptionalInt.empty() : OptionalInt.of(imageSize),
            lambda == null ? OptionalDouble.empty() : OptionalDouble.of(lambda),
            new ImageLoader(maxPixels),
            new EngineSettings(precision, device == Device.gpu, threads));
    if ((backbone == null) != (adapter == null)) {
      throw new HeadClipException(
          backbone == null
              ? "--adapter without --backbone; name the CLIP that it was trained with"
              : "--backbone without --adapter; train one with 'headclip train --backbone %s'"
                  .formatted(backbone));
    }
    if (backbone != null) {
      if (model != null) {
        throw new HeadClipException("--model and --backbone together; name one of them");
      }
      try (BuiltInModels.Folder folder = BuiltInModels.folderOf(backbone)) {
        return Detector.load(folder.path(), adapter, options);
      }
    }
    return Detector.load(model == null ? "starter" : model, options);
  }
}
