package dev.headclip.app;

import dev.headclip.torch.training.TrainSettings;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Option;

/** How an adapter is trained, as flags. */
final class TrainOptions {
  enum FeaturePrecision {
    fp32,
    fp16
  }

  @Option(names = "--epochs", paramLabel = "N", description = "Default: 15.")
  private Optional<Integer> epochs;

  @Option(names = "--batch", paramLabel = "N", description = "Images a step (default: 8).")
  private Optional<Integer> batch;

  @Option(names = "--lr", paramLabel = "R", description = "Adam's learning rate (default: 0.001).")
  private Optional<Double> rate;

  @Option(
      names = "--head-weight-lr",
      paramLabel = "R",
      description = "The head weights' own rate (default: --lr).")
  private Optional<Double> headRate;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of first numbers and order (default: 111).")
  private Optional<Long> seed;

  @Option(
      names = "--local-loss-weight",
      paramLabel = "W",
      description = "Of the maps' loss beside the global one (default: 1).")
  private Optional<Double> localLossWeight;

  @Option(
      names = "--deep-length",
      paramLabel = "N",
      description = "Learned tokens in each deep text layer (default: 4).")
  private Optional<Integer> deepLength;

  @Option(
      names = "--deep-layers",
      paramLabel = "N",
      description = "How many of the first text layers have them (default: 9 of 12).")
  private Optional<Integer> deepLayers;

  @Option(
      names = "--head-weights",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Learn a weight for every head of the local path (default: yes).")
  private boolean headWeights;

  @Option(
      names = "--head-weight-start",
      paramLabel = "W",
      description = "Their first value (default: 1).")
  private Optional<Double> headWeightStart;

  @Option(
      names = "--head-weight-start-sd",
      paramLabel = "SD",
      description = "Deviation of a normal draw around it (default: 0).")
  private Optional<Double> headWeightDeviation;

  @Option(
      names = "--feature-precision",
      paramLabel = "fp32|fp16",
      defaultValue = "fp32",
      description =
          "Of what the frozen tower gives; fp16 halves the cache, losses agree to 1e-4 (default: ${DEFAULT-VALUE}).")
  private FeaturePrecision featurePrecision;

  TrainSettings settings() {
    TrainSettings d = TrainSettings.defaults();
    double lr = rate.orElse(d.rate());
    return new TrainSettings(
        epochs.orElse(d.epochs()),
        batch.orElse(d.batch()),
        lr,
        headRate.orElse(lr),
        seed.orElse(d.seed()),
        localLossWeight.orElse(d.localLossWeight()),
        deepLength.orElse(d.deepLength()),
        deepLayers.map(OptionalInt::of).orElse(OptionalInt.empty()),
        headWeights,
        headWeightStart.orElse(d.headWeightStart()),
        headWeightDeviation.orElse(d.headWeightDeviation()),
        featurePrecision == FeaturePrecision.fp16);
  }
}
