package dev.headclip.pretrain;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;
import dev.headclip.torch.TorchOps;

/**
 * Two views of a product compared patch by patch, as references and batches are: a patch whose like
 * is not in the other view is anomalous. Light, focus, noise and place differ between the views and
 * are none; what differs by a defect is. (The nearest neighbour of PatchCore, Roth and others,
 * 2022, made a loss; learning from pairs with a synthetic change is MetaUAS's, Gao, 2024.)
 */
final class ComparisonLoss {
  private static final double MIDDLE = 0.35;
  private static final double SLOPE = 0.1;
  private static final double TOP_SHARE = 0.03;
  private static final double TOP_WEIGHT = 0.5;

  private ComparisonLoss() {}

  /**
   * @param tokens of pairs one behind the other, the first of each without a defect, [2P,N,width]
   * @param share how much of each patch is anomalous, [2P,N,1]
   * @return a scalar
   */
  static NDArray of(TorchOps ops, NDArray tokens, NDArray share) {
    long n = tokens.getShape().get(1);
    long width = tokens.getShape().get(2);
    NDArray pairs = tokens.reshape(-1, 2, n, width);
    NDArray normal = ops.slice(pairs, 1, 0, 1).reshape(-1, n, width);
    NDArray other = ops.slice(pairs, 1, 1, 2).reshape(-1, n, width);
    NDArray middle = normal.mean(new int[] {1}, true);
    NDArray a = ops.normalize(normal.sub(middle));
    NDArray b = ops.normalize(other.sub(middle));
    NDArray nearest = ops.highest(ops.matmul(b, ops.transpose(a, 0, 2, 1)), 2);
    NDArray distance = nearest.neg().add(1);
    NDArray abnormal = probability(ops, distance).reshape(-1, n, 1);
    NDArray shares = ops.slice(share.reshape(-1, 2, n, 1), 1, 1, 2).reshape(-1, n, 1);
    NDArray patches = PretrainLoss.balancedOfShares(ops, abnormal, shares);
    int k = (int) Math.max(1, Math.round(TOP_SHARE * n));
    NDArray top = probability(ops, ops.topMean(distance, k)).reshape(-1, 1, 1);
    NDArray whole = shares.max(new int[] {1}, true);
    NDArray images = PretrainLoss.balancedOfShares(ops, top, whole);
    return patches.add(ops.scale(images, TOP_WEIGHT));
  }

  private static NDArray probability(TorchOps ops, NDArray distance) {
    return Activation.sigmoid(ops.scale(distance.sub((float) MIDDLE), 1 / SLOPE));
  }
}
