package dev.headclip.engine;

import dev.headclip.settings.Schema;
import dev.headclip.settings.Setting;
import java.util.Optional;

/**
 * What computes a network, and how.
 *
 * @param engine its name; empty for the best there is
 * @param precision of the network
 * @param gpu whether the first GPU computes instead of the processor
 * @param threads of the network; 0 for as many as the engine finds fit
 */
public record EngineSettings(
    @Setting(value = "What computes the model: onnx or torch", shown = "onnx")
        Optional<String> engine,
    @Setting(value = "Arithmetic of the network", absent = "fp32") Precision precision,
    @Setting(value = "The first GPU computes", absent = "false") boolean gpu,
    @Setting(
            value = "Threads of the network; 0 for one on each core",
            absent = "0",
            min = 0,
            max = 1024)
        int threads) {
  public EngineSettings {
    Schema.check(EngineSettings.class, engine, precision, gpu, threads);
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

  public EngineSettings withGpu(boolean to) {
    return Schema.with(this, "gpu", to);
  }

  public EngineSettings withThreads(int to) {
    return Schema.with(this, "threads", to);
  }
}
