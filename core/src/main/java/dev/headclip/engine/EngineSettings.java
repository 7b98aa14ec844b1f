package dev.headclip.engine;

import dev.headclip.settings.Schema;
import dev.headclip.settings.Setting;
import java.util.Map;
import java.util.Optional;

/**
 * What computes a network, and how.
 *
 * @param engine its name; empty for the best there is
 * @param precision of the network
 * @param device the processor, or the first GPU
 * @param threads of the network; 0 for as many as the engine finds fit
 */
public record EngineSettings(
    @Setting(value = "What computes the model: onnx or torch", shown = "onnx")
        Optional<String> engine,
    @Setting(value = "Arithmetic of the network", absent = "fp32") Precision precision,
    @Setting(value = "What computes the network; gpu needs onnxruntime_gpu", absent = "cpu")
        Device device,
    @Setting(
            value = "Threads of the network; 0 for one on each core",
            absent = "0",
            min = 0,
            max = 1024)
        int threads) {
  /** What computes. */
  public enum Device {
    CPU,
    GPU
  }

  public EngineSettings {
    Schema.check(EngineSettings.class, engine, precision, device, threads);
  }

  /** The defaults but for some, by key; values may be text. */
  public static EngineSettings of(Map<String, ?> others) {
    return Schema.of(EngineSettings.class).changed(defaults(), others);
  }

  /** Whether the first GPU computes. */
  public boolean gpu() {
    return device == Device.GPU;
  }

  /** Float32 on all cores, by the best engine there is. */
  public static EngineSettings defaults() {
    return Schema.of(EngineSettings.class).defaults();
  }

  public EngineSettings withEngine(String name) {
    return Schema.with(this, "engine", name);
  }

  public EngineSettings withPrecision(Precision to) {
    return Schema.with(this, "precision", to);
  }

  public EngineSettings withDevice(Device to) {
    return Schema.with(this, "device", to);
  }

  public EngineSettings withThreads(int to) {
    return Schema.with(this, "threads", to);
  }
}
