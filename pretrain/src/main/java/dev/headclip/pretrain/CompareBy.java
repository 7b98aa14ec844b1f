package dev.headclip.pretrain;

/** How two views are compared in {@link ComparisonLoss}. */
public enum CompareBy {
  /** A patch's distance to its nearest neighbour in the other view, as the knn scorer's. */
  NEAREST,
  /** What of a patch the other view's patches do not span, as the subspace scorer's. */
  SUBSPACE
}
