package dev.headclip.torch.training;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * How an adapter is trained (spec/headclip.md sections 4.7, 4.8; AnomalyCLIP's defaults).
 *
 * @param epochs passes over the data
 * @param batch images a step
 * @param rate Adam's learning rate
 * @param headWeightRate the head weights' own learning rate
 * @param seed of first numbers and order
 * @param localLossWeight of Eq. 11's sum
 * @param deepLength learned tokens in each deep text layer
 * @param deepLayers how many of the first text layers have them, the first one counted though its
 *     tokens are the prompt's own (spec/headclip.md section 4.6); empty for the backbone's share: 9
 *     of 12
 * @param learnHeadWeights whether there are head weights at all
 * @param headWeightStart their first value
 * @param headWeightDeviation deviation of a normal draw around it; 0 for none (Table 8)
 * @param halfFeatures whether what the frozen tower gives is rounded to half precision, which
 *     halves the cache
 */
public record TrainSettings(
    int epochs,
    int batch,
    double rate,
    double headWeightRate,
    long seed,
    double localLossWeight,
    int deepLength,
    OptionalInt deepLayers,
    boolean learnHeadWeights,
    double headWeightStart,
    double headWeightDeviation,
    boolean halfFeatures) {
  public TrainSettings {
    require(epochs >= 1, "--epochs", epochs, "at least 1");
    require(batch >= 1, "--batch", batch, "at least 1");
    require(rate > 0 && Double.isFinite(rate), "--lr", rate, "above 0");
    require(
        headWeightRate > 0 && Double.isFinite(headWeightRate),
        "--head-weight-lr",
        headWeightRate,
        "above 0");
    require(deepLength >= 1 && deepLength <= 64, "--deep-length", deepLength, "1 to 64");
    require(
        deepLayers.isEmpty() || deepLayers.getAsInt() >= 1,
        "--deep-layers",
        deepLayers.orElse(0),
        "at least 1");
    require(
        Double.isFinite(headWeightStart),
        "--head-weight-start",
        headWeightStart,
        "a finite number");
    require(
        headWeightDeviation >= 0 && Double.isFinite(headWeightDeviation),
        "--head-weight-start-sd",
        headWeightDeviation,
        "at least 0");
    require(
        localLossWeight >= 0 && Double.isFinite(localLossWeight),
        "--local-loss-weight",
        localLossWeight,
        "at least 0");
  }

  private static void require(boolean ok, String flag, Object found, String expected) {
    if (!ok) {
      throw new IllegalArgumentException("%s is %s, expected %s".formatted(flag, found, expected));
    }
  }

  /** 15 epochs, batch 8, Adam 1e-3, seed 111, head weights from 1. */
  public static TrainSettings defaults() {
    return new TrainSettings(15, 8, 1e-3, 1e-3, 111, 1, 4, OptionalInt.empty(), true, 1, 0, false);
  }

  /** All of them by the names of their flags. */
  public Map<String, Object> asMap() {
    Map<String, Object> m = new LinkedHashMap<>();
    m.put("epochs", epochs);
    m.put("batch", batch);
    m.put("lr", rate);
    m.put("head_weight_lr", headWeightRate);
    m.put("seed", seed);
    m.put("local_loss_weight", localLossWeight);
    m.put("deep_length", deepLength);
    deepLayers.ifPresent(n -> m.put("deep_layers", n));
    m.put("head_weights", learnHeadWeights);
    m.put("head_weight_start", headWeightStart);
    m.put("head_weight_start_sd", headWeightDeviation);
    m.put("feature_precision", halfFeatures ? "fp16" : "fp32");
    return m;
  }

  public TrainSettings withEpochs(int to) {
    return new TrainSettings(
        to,
        batch,
        rate,
        headWeightRate,
        seed,
        localLossWeight,
        deepLength,
        deepLayers,
        learnHeadWeights,
        headWeightStart,
        headWeightDeviation,
        halfFeatures);
  }

  public TrainSettings withRate(double to) {
    return new TrainSettings(
        epochs,
        batch,
        to,
        to,
        seed,
        localLossWeight,
        deepLength,
        deepLayers,
        learnHeadWeights,
        headWeightStart,
        headWeightDeviation,
        halfFeatures);
  }

  public TrainSettings withSeed(long to) {
    return new TrainSettings(
        epochs,
        batch,
        rate,
        headWeightRate,
        to,
        localLossWeight,
        deepLength,
        deepLayers,
        learnHeadWeights,
        headWeightStart,
        headWeightDeviation,
        halfFeatures);
  }

  public TrainSettings withHeadWeights(boolean to) {
    return new TrainSettings(
        epochs,
        batch,
        rate,
        headWeightRate,
        seed,
        localLossWeight,
        deepLength,
        deepLayers,
        to,
        headWeightStart,
        headWeightDeviation,
        halfFeatures);
  }

  public TrainSettings withHalfFeatures(boolean to) {
    return new TrainSettings(
        epochs,
        batch,
        rate,
        headWeightRate,
        seed,
        localLossWeight,
        deepLength,
        deepLayers,
        learnHeadWeights,
        headWeightStart,
        headWeightDeviation,
        to);
  }
}
