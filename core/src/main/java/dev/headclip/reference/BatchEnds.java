package dev.headclip.reference;

import dev.headclip.calibrate.RobustSpread;
import java.util.Arrays;
import java.util.function.Function;
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
   * The ends.
   *
   * @param scoring the method's, with any ends
   * @param samples of all images by a scoring, always in the same order; asked once, or twice where
   *     results are joined with the method's own
   */
  public static NormalEnds of(
      ReferenceScoring scoring, Function<ReferenceScoring, SampledScores> samples) {
    SampledScores parts = samples.apply(scoring.unjoined());
    double[] order = parts.all(ReferenceScoring.REFERENCE_SCORE);
    double score = end(order);
    double middle = NormalEnds.percentile(order, 0.5);
    IntPredicate lower = i -> order[i] <= middle;
    double pixel = parts.only(lower).pixelEnd(ReferenceScoring.REFERENCE_MAP);
    if (scoring.alone()) {
      return NormalEnds.alone(score, pixel);
    }
    double own = end(parts.all(ReferenceScoring.OWN_SCORE));
    double ownPixel = parts.only(lower).pixelEnd(ReferenceScoring.OWN_MAP);
    NormalEnds found = new NormalEnds(score, pixel, own, ownPixel, 1, 1);
    SampledScores joined = samples.apply(scoring.with(found));
    return new NormalEnds(
        score,
        pixel,
        own,
        ownPixel,
        end(joined.all(ReferenceScoring.RAW_SCORE)),
        joined.only(lower).pixelEnd(ReferenceScoring.RAW_MAP));
  }

  private static double end(double[] scores) {
    double[] logs = Arrays.stream(scores).map(s -> Math.log(NormalEnds.positive(s))).toArray();
    RobustSpread spread = RobustSpread.of(logs);
    double deviation = Math.max(NARROWEST, spread.deviation());
    return NormalEnds.positive(Math.exp(spread.median() + DEVIATIONS * deviation));
  }
}
