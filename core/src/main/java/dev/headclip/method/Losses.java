package dev.headclip.method;

import dev.headclip.map.MapOperator;
import dev.headclip.tensor.TensorOps;

/**
 * The losses of AnomalyCLIP and HeadCLIP (Eq. 10 and 11; AnomalyCLIP's loss.py and
 * train.py:82-104). Results are scalars.
 */
public final class Losses {
  private static final double FOCAL_SMOOTH = 1e-5;
  private static final double DICE_SMOOTH = 1;

  private Losses() {}

  /**
   * Mean cross-entropy.
   *
   * @param logits [B,classes]
   * @param oneHot [B,classes]
   */
  public static <T> T crossEntropy(TensorOps<T> ops, T logits, T oneHot) {
    return ops.negative(ops.mean(ops.sum(ops.mul(ops.logSoftmax(logits), oneHot), 1)));
  }

  /**
   * Eq. 10 for one output layer: focal loss, dice of the abnormal and dice of the normal side.
   *
   * @param abnormal P_a upsampled to the mask's size, [B,S,S]; P_n = 1 - P_a
   * @param mask 0 or 1, [B,S,S]
   */
  public static <T> T local(TensorOps<T> ops, T abnormal, T mask) {
    T normal = rest(ops, abnormal);
    T clean = rest(ops, mask);
    T focal = focal(ops, abnormal, normal, mask, clean);
    return ops.add(ops.add(focal, dice(ops, abnormal, mask)), dice(ops, normal, clean));
  }

  /**
   * Eq. 10 of patches: their map is upsampled to the mask's size.
   *
   * @param abnormal P_a of each patch, row-major, [B,N] or [B,N,1]
   * @param mask 0 or 1, [B,S,S]
   */
  public static <T> T ofPatches(TensorOps<T> ops, T abnormal, T mask) {
    int grid = (int) Math.round(Math.sqrt(ops.shape(abnormal)[1]));
    int size = Math.toIntExact(ops.shape(mask)[2]);
    return local(ops, new MapOperator(grid, size, 0).record(ops, abnormal), mask);
  }

  /** Focal loss, gamma 2, on probabilities (loss.py:34-86); {@code clean} is 1 - mask. */
  public static <T> T focal(TensorOps<T> ops, T abnormal, T normal, T mask, T clean) {
    T truth = ops.add(ops.mul(abnormal, mask), ops.mul(normal, clean));
    // (1-eps) P_t + eps P_other + eps
    T smooth = ops.plus(ops.scale(truth, 1 - 2 * FOCAL_SMOOTH), 2 * FOCAL_SMOOTH);
    T miss = rest(ops, smooth);
    return ops.negative(ops.mean(ops.mul(ops.mul(miss, miss), ops.log(smooth))));
  }

  /** {@link #focal(TensorOps, Object, Object, Object, Object)} of P_n = 1 - P_a. */
  public static <T> T focal(TensorOps<T> ops, T abnormal, T mask) {
    return focal(ops, abnormal, rest(ops, abnormal), mask, rest(ops, mask));
  }

  /** 1 - mean over images of (2 sum AT + 1) / (sum A + sum T + 1) (loss.py:93-106). */
  public static <T> T dice(TensorOps<T> ops, T a, T t) {
    T both = ops.plus(ops.scale(ops.sum(ops.mul(a, t), 1, 2), 2), DICE_SMOOTH);
    T all = ops.plus(ops.add(ops.sum(a, 1, 2), ops.sum(t, 1, 2)), DICE_SMOOTH);
    return rest(ops, ops.mean(ops.div(both, all)));
  }

  /** 1 - x. */
  private static <T> T rest(TensorOps<T> ops, T x) {
    return ops.plus(ops.negative(x), 1);
  }
}
