package dev.headclip.app;

import dev.headclip.detect.BuiltInModels;
import dev.headclip.detect.Detector;
import dev.headclip.engine.EngineSettings;
import dev.headclip.engine.Engines;
import dev.headclip.engine.Precision;
import dev.headclip.image.ImageLoader;
import dev.headclip.method.Adapter;
import dev.headclip.method.SettingsJson;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which model to run, and how. */
final class ModelOptions {
  enum Device {
    cpu,
    gpu
  }

  @Mixin private ModelChoice choice;

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
      names = "--max-pixels",
      paramLabel = "N",
      defaultValue = "100000000",
      description = "Refuse larger images by their header (default: ${DEFAULT-VALUE}).")
  private long maxPixels;

  /** The adapter's file, where it is one of the user's. */
  Optional<Path> ownAdapter() {
    return choice.ownAdapter();
  }

  /** The adapter as stored. */
  Adapter adapter() {
    return choice.adapter();
  }

  /**
   * What the network's numbers depend on, for files that must not be mixed: digests of backbone and
   * learned numbers, and the settings that the network sees.
   */
  Map<String, Object> identity() {
    return choice.read(
        (clip, a) -> {
          Map<String, Object> m = new LinkedHashMap<>();
          m.put("model", choice.name());
          m.put("backbone_digest", clip.digest());
          m.put("adapter_digest", a.digest());
          m.put("engine", engine == null ? Engines.best().name() : engine);
          m.put("precision", precision.key());
          m.put("settings", SettingsJson.network(choice.resized(a.settings())));
          return m;
        });
  }

  Optional<Double> targetFpr() {
    return choice.targetFpr();
  }

  Detector open() {
    return open(choice.threshold());
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
            choice.imageSize(),
            choice.lambda(),
            new ImageLoader(maxPixels),
            new EngineSettings(precision, device == Device.gpu, threads));
    if (choice.hasBackbone()) {
      try (BuiltInModels.Folder folder = BuiltInModels.folderOf(choice.home())) {
        return Detector.load(folder.path(), choice.ownAdapter().orElseThrow(), options);
      }
    }
    return Detector.load(choice.home(), options);
  }
}
