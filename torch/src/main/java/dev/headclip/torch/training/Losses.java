package dev.headclip.torch.training;

import ai.djl.ndarray.NDArray;
import dev.headclip.torch.TorchOps;

/**
 * The losses of AnomalyCLIP and HeadCLIP (Eq. 10 and 11; AnomalyCLIP's loss.py and
 * train.py:82-104). Results are scalars that can be differentiated.
 */
public final class Losses {
  private static final double FOCAL_SMOOTH = 1e-5;
  private static final float DICE_SMOOTH = 1;

  private Losses() {}

  /**
   * Mean cross-entropy.
   *
   * @param logits [B,classes]
   * @param oneHot [B,classes]
   */
  public static NDArray crossEntropy(NDArray logits, NDArray oneHot) {
    return logits.logSoftmax(-1).mul(oneHot).sum(new int[] {-1}).mean().neg();
  }

  /**
   * Eq. 10 for one output layer: focal loss, dice of the abnormal and dice of the normal side.
   *
   * @param abnormal P_a upsampled to the mask's size, [B,S,S]; P_n = 1 - P_a
   * @param mask 0 or 1, [B,S,S]
   */
  public static NDArray local(TorchOps ops, NDArray abnormal, NDArray mask) {
    NDArray normal = abnormal.neg().add(1);
    NDArray clean = mask.neg().add(1);
    return focal(ops, abnormal, normal, mask, clean)
        .add(dice(ops, abnormal, mask))
        .add(dice(ops, normal, clean));
  }

  /** Focal loss, gamma 2, on probabilities (loss.py:34-86). */
  static NDArray focal(
      TorchOps ops, NDArray abnormal, NDArray normal, NDArray mask, NDArray clean) {
    NDArray truth = abnormal.mul(mask).add(normal.mul(clean));
    // (1-eps) P_t + eps P_other + eps
    NDArray smooth = ops.scale(truth, 1 - 2 * FOCAL_SMOOTH).add((float) (2 * FOCAL_SMOOTH));
    NDArray miss = smooth.neg().add(1);
    return miss.mul(miss).mul(smooth.log()).mean().neg();
  }

  /** 1 - mean over images of (2 sum AT + 1) / (sum A + sum T + 1) (loss.py:93-106). */
  static NDArray dice(TorchOps ops, NDArray a, NDArray t) {
    int[] pixels = {1, 2};
    NDArray both = ops.scale(a.mul(t).sum(pixels), 2).add(DICE_SMOOTH);
    NDArray all = a.sum(pixels).add(t.sum(pixels)).add(DICE_SMOOTH);
    return both.div(all).mean().neg().add(1);
  }

  /**
   * Patch values to a map by U P U^T.
   *
   * @param patches [B,N,1], N = g g
   * @param upsample U, [S,g] (see {@link dev.headclip.map.MapOperator})
   * @return [B,S,S]
   */
  public static NDArray upsample(TorchOps ops, NDArray patches, NDArray upsample) {
    long size = upsample.getShape().get(0);
    long grid = upsample.getShape().get(1);
    NDArray rows = ops.linear(ops.reshape(patches, -1, grid, grid), upsample);
    NDArray columns = ops.linear(ops.transpose(rows, 0, 2, 1), upsample);
    return ops.transpose(ops.reshape(columns, -1, size, size), 0, 2, 1);
  }
}
