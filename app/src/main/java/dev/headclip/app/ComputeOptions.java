package dev.headclip.app;

import dev.headclip.training.cache.ByteSize;
import dev.headclip.training.spi.LearningEngine;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Option;

/** What a training may use of the machine. */
final class ComputeOptions {
  @Option(
      names = "--cache-limit",
      paramLabel = "SIZE",
      description =
          "As 40g; what does not fit is computed anew (default: half of the disk's free space, a quarter of memory).")
  private Optional<String> cacheLimit;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Of the computation (default: the number of cores).")
  private Optional<Integer> threads;

  /** Bytes. */
  OptionalLong cacheLimit() {
    return cacheLimit
        .map(t -> OptionalLong.of(ByteSize.parse("--cache-limit", t)))
        .orElse(OptionalLong.empty());
  }

  /** Before the first computation. */
  void useThreads() {
    threads.ifPresent(n -> LearningEngine.find().useThreads(n));
  }
}
