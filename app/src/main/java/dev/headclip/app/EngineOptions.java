package dev.headclip.app;

import dev.headclip.engine.EngineSettings;
import dev.headclip.engine.Engines;
import dev.headclip.engine.Precision;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How a network is computed, as flags. */
final class EngineOptions {
  enum Device {
    cpu,
    gpu
  }

  @Option(
      names = "--engine",
      paramLabel = "NAME",
      description = "What computes the model: onnx or torch (default: onnx).")
  private Optional<String> engine;

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

  EngineSettings engine() {
    return new EngineSettings(engine, precision, device == Device.gpu, threads);
  }

  long maxPixels() {
    return maxPixels;
  }

  /** What results depend on, for files that must not be mixed. */
  Map<String, Object> identity() {
    Map<String, Object> m = new LinkedHashMap<>();
    m.put("engine", Engines.of(engine).name());
    m.put("precision", precision.key());
    return m;
  }
}
