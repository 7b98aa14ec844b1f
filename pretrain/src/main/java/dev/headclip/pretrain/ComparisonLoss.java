package dev.headclip.pretrain;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;
import dev.headclip.torch.TorchOps;

/**
 * Two views of a product compared patch by patch, as references and batches are: a patch whose like
 * is not in the other view is anomalous. Light, focus, noise and place differ between the views and
 * are none; what differs by a defect is. (Learning from pairs with a synthetic change is MetaUAS's,
 * Gao, 2024; the nearest neighbour is PatchCore's, Roth and others, 2022, the subspace
 * SubspaceAD's, spec/few_shot.md section 7, softly cut.)
 */
final class ComparisonLoss {
  private static final double NEAREST_MIDDLE = 0.35;
  private static final double NEAREST_SLOPE = 0.1;
  private static final double SUBSPACE_MIDDLE = Math.log(0.05);
  private static final double SUBSPACE_SLOPE = 0.5;
  private static final double TOP_SHARE = 0.03;
  private static final double TOP_WEIGHT = 0.5;

  private ComparisonLoss() {}

  /**
   * @param tokens of pairs one behind the other, the first of each without a defect, [2P,N,width]
   * @param share how much of each patch is anomalous, [2P,N,1]
   * @return a scalar
   */
  static NDArray of(TorchOps ops, CompareBy how, NDArray tokens, NDArray share) {
    long n = tokens.getShape().get(1);
    long width = tokens.getShape().get(2);
    NDArray pairs = tokens.reshape(-1, 2, n, width);
    NDArray normal = ops.slice(pairs, 1, 0, 1).reshape(-1, n, width);
    NDArray other = ops.slice(pairs, 1, 1, 2).reshape(-1, n, width);
    NDArray middle = normal.mean(new int[] {1}, true);
    NDArray a = normal.sub(middle);
    NDArray b = other.sub(middle);
    NDArray logits = how == CompareBy.NEAREST ? nearest(ops, a, b) : residual(ops, a, b);
    NDArray shares = ops.slice(share.reshape(-1, 2, n, 1), 1, 1, 2).reshape(-1, n, 1);
    NDArray abnormal = Activation.sigmoid(logits).reshape(-1, n, 1);
    NDArray patches = PretrainLoss.balancedOfShares(ops, abnormal, shares);
    int k = (int) Math.max(1, Math.round(TOP_SHARE * n));
    NDArray top = Activation.sigmoid(ops.topMean(logits, k)).reshape(-1, 1, 1);
    NDArray whole = shares.max(new int[] {1}, true);
    NDArray images = PretrainLoss.balancedOfShares(ops, top, whole);
    return patches.add(ops.scale(images, TOP_WEIGHT));
  }

  /** [P,N] of cosine distances. */
  private static NDArray nearest(TorchOps ops, NDArray a, NDArray b) {
    NDArray likeness = ops.matmul(ops.normalize(b), ops.transpose(ops.normalize(a), 0, 2, 1));
    NDArray distance = ops.highest(likeness, 2).neg().add(1);
    return ops.scale(distance.sub((float) NEAREST_MIDDLE), 1 / NEAREST_SLOPE);
  }

  /** [P,N] of squared residuals over the other view's mean square; its span is taken as given. */
  private static NDArray residual(TorchOps ops, NDArray a, NDArray b) {
    NDArray outside = ops.constant(Span.outside(TorchOps.host(a)));
    NDArray left = ops.matmul(b, outside).mul(b).sum(new int[] {2});
    NDArray size = a.mul(a).sum(new int[] {2}).mean(new int[] {1}, true);
    NDArray relative = left.div(size).add(1e-4f);
    return ops.scale(relative.log().sub((float) SUBSPACE_MIDDLE), 1 / SUBSPACE_SLOPE);
  }
}
