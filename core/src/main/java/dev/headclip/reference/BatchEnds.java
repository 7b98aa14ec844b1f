package dev.headclip.reference;

import dev.headclip.calibrate.RobustSpread;
import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * Where the normal images of a batch end. None is known to be normal: scores end two deviations
 * above their median, both taken of logarithms and robust against anomalous ones (median absolute
 * deviation); pixels by those of the lower half of the images.
 */
public final class BatchEnds {
  /** Deviations above the median at which normal images end: see docs/references.md. */
  private static final double DEVIATIONS = 2;

  /** Images that are all alike do not end at the very first of them. */
  private static final double NARROWEST = 0.05;

  private BatchEnds() {}

  /**
   * The ends of the references' part, and of the method's own; final where the references stand
   * alone.
   *
   * @param alone whether they do: {@link ReferenceSettings.Join#REFERENCE}
   * @param apart samples of all images by {@link ReferenceScoring#unjoined}
   */
  public static NormalEnds of(boolean alone, SampledScores apart) {
    IntPredicate lower = lower(apart);
    double score = end(apart.all(ReferenceScoring.REFERENCE_SCORE));
    double pixel = apart.only(lower).pixelEnd(ReferenceScoring.REFERENCE_MAP);
    if (alone) {
      return NormalEnds.alone(score, pixel);
    }
    double own = end(apart.all(ReferenceScoring.OWN_SCORE));
    double ownPixel = apart.only(lower).pixelEnd(ReferenceScoring.OWN_MAP);
    return new NormalEnds(score, pixel, own, ownPixel, 1, 1);
  }

  /**
   * The ends of what is joined.
   *
   * @param found by {@link #of}
   * @param apart as it was then
   * @param joined samples of the same images by a scoring with {@code found}
   */
  public static NormalEnds joined(NormalEnds found, SampledScores apart, SampledScores joined) {
    return new NormalEnds(
        found.referenceScore(),
        found.referencePixel(),
        found.ownScore(),
        found.ownPixel(),
        end(joined.all(ReferenceScoring.RAW_SCORE)),
        joined.only(lower(apart)).pixelEnd(ReferenceScoring.RAW_MAP));
  }

  /** Images that are surely not all anomalous. */
  private static IntPredicate lower(SampledScores apart) {
    double[] order = apart.all(ReferenceScoring.REFERENCE_SCORE);
    double middle = NormalEnds.percentile(order, 0.5);
    return i -> order[i] <= middle;
  }

  private static double end(double[] scores) {
    double[] logs = Arrays.stream(scores).map(s -> Math.log(NormalEnds.positive(s))).toArray();
    RobustSpread spread = RobustSpread.of(logs);
    double deviation = Math.max(NARROWEST, spread.deviation());
    return NormalEnds.positive(Math.exp(spread.median() + DEVIATIONS * deviation));
  }
}
