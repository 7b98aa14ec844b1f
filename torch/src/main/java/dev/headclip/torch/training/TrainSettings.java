package dev.headclip.torch.training;

/**
 * How an adapter is trained (spec/headclip.md sections 4.7, 4.8; AnomalyCLIP's defaults).
 *
 * @param epochs passes over the data
 * @param batch images a step
 * @param rate Adam's learning rate
 * @param headWeightRate the head weights' own learning rate
 * @param seed of first numbers and order
 * @param localLossWeight of Eq. 11's sum
 * @param learnHeadWeights whether there are head weights at all
 * @param headWeightStart their first value
 * @param headWeightDeviation deviation of a normal draw around it; 0 for none (Table 8)
 */
public record TrainSettings(
    int epochs,
    int batch,
    double rate,
    double headWeightRate,
    long seed,
    double localLossWeight,
    boolean learnHeadWeights,
    double headWeightStart,
    double headWeightDeviation) {
  public TrainSettings {
    require(epochs >= 1, "--epochs", epochs, "at least 1");
    require(batch >= 1, "--batch", batch, "at least 1");
    require(rate > 0, "--lr", rate, "above 0");
    require(headWeightRate > 0, "--head-weight-lr", headWeightRate, "above 0");
    require(headWeightDeviation >= 0, "--head-weight-start-sd", headWeightDeviation, "at least 0");
    require(localLossWeight >= 0, "--local-loss-weight", localLossWeight, "at least 0");
  }

  private static void require(boolean ok, String flag, Object found, String expected) {
    if (!ok) {
      throw new IllegalArgumentException("%s is %s, expected %s".formatted(flag, found, expected));
    }
  }

  /** 15 epochs, batch 8, Adam 1e-3, seed 111, head weights from 1. */
  public static TrainSettings defaults() {
    return new TrainSettings(15, 8, 1e-3, 1e-3, 111, 1, true, 1, 0);
  }
}
