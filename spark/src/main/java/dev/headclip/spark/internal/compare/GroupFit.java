package dev.headclip.spark.internal.compare;

import dev.headclip.reference.Statistics;
import dev.headclip.reference.StatisticsSum;
import dev.headclip.reference.Subspace;
import java.io.Serializable;

/** What the images of a group gave. */
final class GroupFit {
  private GroupFit() {}

  /**
   * The patches of some images.
   *
   * @param images that could be read
   */
  record Sum(StatisticsSum patches, long images) implements Serializable {
    private static final long serialVersionUID = 1;

    static Sum of(Statistics image) {
      return new Sum(StatisticsSum.of(image), 1);
    }

    /** With others; this one's patches become the sum's. */
    Sum plus(Sum others) {
      patches.add(others.patches);
      return new Sum(patches, images + others.images);
    }

    Fitted fitted(double share) {
      return new Fitted(Subspace.fit(patches.total(), share), images);
    }
  }

  /**
   * The subspace of a group's patches.
   *
   * @param images that could be read
   */
  record Fitted(Subspace subspace, long images) implements Serializable {
    private static final long serialVersionUID = 1;
  }
}
