package dev.headclip.reference;

import dev.headclip.settings.Schema;
import dev.headclip.settings.Setting;
import java.io.Serializable;
import java.util.Arrays;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;

/**
 * Where normal references end: values that most of them stay below when each is judged by the
 * others, or rotated copies by the one there is (docs/spec/few_shot.md sections 6 and 8).
 *
 * @param referenceScore of the distances' score
 * @param referencePixel of the distances' map
 * @param ownScore of the method's own score
 * @param ownPixel of its map
 * @param score of the joined score: 0.5 in results
 * @param pixel of the joined map: 0.5 in results
 */
public record NormalEnds(
    @Setting("Of the references' score") double referenceScore,
    @Setting("Of their map") double referencePixel,
    @Setting("Of the method's own score") double ownScore,
    @Setting("Of its map") double ownPixel,
    @Setting("Of the joined score") double score,
    @Setting("Of the joined map") double pixel)
    implements Serializable {
  private static final long serialVersionUID = 1;

  /** SuperADD's factor over the 95th percentile of normal pixels. */
  public static final double PIXEL_FACTOR = 1.421;

  static final double PERCENTILE = 0.95;

  /**
   * A single reference differs less from its own quarter turns than from the next good part: on
   * pictures kept back 27 % of good ones were called anomalous (24 % by nearest neighbours), with
   * this factor 11 % (7 %; docs/references.md).
   */
  static final double ONE_REFERENCE = 1.15;

  /** Below it all references are alike to the last bits, and any difference counts. */
  private static final double SMALLEST = 1e-9;

  /** A picture equal to the only reference ends where that one does, and is normal. */
  private static final double ROUNDING = 1e-5;

  public NormalEnds {
    Schema.check(
        NormalEnds.class, referenceScore, referencePixel, ownScore, ownPixel, score, pixel);
    for (double d :
        new double[] {referenceScore, referencePixel, ownScore, ownPixel, score, pixel}) {
      if (!(d > 0) || Double.isInfinite(d)) {
        throw new IllegalArgumentException("an end of %s, expected a number above 0".formatted(d));
      }
    }
  }

  /** All 1: for reading raw values before there are any. */
  public static NormalEnds unknown() {
    return new NormalEnds(1, 1, 1, 1, 1, 1);
  }

  /** Of references that stand alone. */
  static NormalEnds alone(double score, double pixel) {
    return new NormalEnds(score, pixel, 1, 1, score, pixel);
  }

  /** Results end so many times as far away; the units that they are joined in stay. */
  NormalEnds times(double factor) {
    return new NormalEnds(
        referenceScore, referencePixel, ownScore, ownPixel, factor * score, factor * pixel);
  }

  /** A value that is above 0, and above those that it was taken from by what rounding moves. */
  static double positive(double end) {
    return Math.max(end * (1 + ROUNDING), SMALLEST);
  }

  /**
   * NumPy's percentile: interpolated between ranks.
   *
   * @param share 0 to 1
   */
  public static double percentile(double[] values, double share) {
    // by selection: of a batch's millions of pixels, sorting took as long as the network
    return share == 0
        ? Arrays.stream(values).min().orElseThrow()
        : new Percentile()
            .withEstimationType(Percentile.EstimationType.R_7)
            .evaluate(values, 100 * share);
  }
}
