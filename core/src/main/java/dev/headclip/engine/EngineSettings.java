package dev.headclip.engine;

import java.util.Objects;

/**
 * How an engine computes.
 *
 * @param precision of the network
 * @param gpu whether the first GPU computes instead of the processor
 * @param threads of the network, up to 1024; 0 for as many as the engine finds fit
 */
public record EngineSettings(Precision precision, boolean gpu, int threads) {
  public EngineSettings {
    Objects.requireNonNull(precision, "precision");
    if (threads < 0 || threads > 1024) {
      throw new IllegalArgumentException("--threads is %d, expected 0 to 1024".formatted(threads));
    }
  }

  /** Float32 on all cores. */
  public static EngineSettings defaults() {
    return new EngineSettings(Precision.FP32, false, 0);
  }
}
