package dev.headclip.reference;

import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * The sums of references' patches in tenths, so that each can be judged by a subspace that has not
 * seen it. Merges in any order to the same bits. Not thread-safe.
 */
public final class FoldedSums implements Serializable {
  /** Parts that are left out in turn. */
  public static final int FOLDS = 10;

  private static final long serialVersionUID = 1;

  private final StatisticsSum[] folds = new StatisticsSum[FOLDS];

  /** Which part a reference belongs to, by its place among them. */
  public static int fold(int place) {
    return place % FOLDS;
  }

  /**
   * Adds a reference's.
   *
   * @param place among all references, from 0 on
   */
  public void add(int place, Statistics s) {
    int f = fold(place);
    if (folds[f] == null) {
      folds[f] = StatisticsSum.of(s);
    } else {
      folds[f].add(s);
    }
  }

  /** Adds others'; those may be used no more. */
  public void add(FoldedSums others) {
    for (int f = 0; f < FOLDS; f++) {
      if (folds[f] == null) {
        folds[f] = others.folds[f];
      } else if (others.folds[f] != null) {
        folds[f].add(others.folds[f]);
      }
    }
  }

  /** Of all of them, with {@code before}. */
  public StatisticsSum total(Statistics before) {
    StatisticsSum sum = StatisticsSum.of(before);
    for (StatisticsSum f : folds) {
      if (f != null) {
        sum.add(f);
      }
    }
    return sum;
  }

  /** Numbers of a patch. */
  public int width() {
    for (StatisticsSum f : folds) {
      if (f != null) {
        return f.width();
      }
    }
    throw new IllegalStateException("no reference");
  }

  /**
   * Subspaces of all but each part, in their order; places leave no gaps, so that empty parts are
   * the last ones, and have none.
   *
   * @param share of the variance
   */
  public List<ReferenceScorer> without(Statistics before, double share) {
    List<ReferenceScorer> all = new ArrayList<>();
    for (StatisticsSum f : folds) {
      if (f == null) {
        continue;
      }
      StatisticsSum rest = total(before);
      rest.subtract(f);
      all.add(Subspace.fit(rest.total(), share));
    }
    return all;
  }

  /** Evidence with distances in the place of its tokens. */
  public static Tensors<HostTensor> judged(Tensors<HostTensor> evidence, HostTensor distances) {
    return TokenTaps.without(evidence).with(ReferenceScorer.DISTANCE, distances);
  }
}
