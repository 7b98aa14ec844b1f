package dev.headclip.engine;

import java.util.Objects;

/**
 * How an engine computes.
 *
 * @param precision of the network
 * @param gpu whether the first GPU computes instead of the processor
 * @param threads of the network; 0 for as many as the machine has cores
 */
public record EngineSettings(Precision precision, boolean gpu, int threads) {
  public EngineSettings {
    Objects.requireNonNull(precision, "precision");
    if (threads < 0) {
      throw new IllegalArgumentException("--threads is %d, expected at least 0".formatted(threads));
    }
  }

  /** Float32 on all cores. */
  public static EngineSettings defaults() {
    return new EngineSettings(Precision.FP32, false, 0);
  }
}
