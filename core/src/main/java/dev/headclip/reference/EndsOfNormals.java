package dev.headclip.reference;

import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/**
 * Where normal images end, by those that were left out.
 *
 * @param ends for results
 * @param raw joined score of each, in units of its own
 */
record EndsOfNormals(NormalEnds ends, double[] raw) {
  /**
   * By the rule of SuperADD: the 95th percentile of scores, and 1.421 times that of pixels
   * (docs/spec/few_shot.md section 6).
   *
   * @param images evidence with distances
   */
  static EndsOfNormals of(ReferenceScoring scoring, List<Tensors<HostTensor>> images) {
    SampledScores parts = SampledScores.of(scoring.unjoined(), images);
    double[] scores = parts.all(ReferenceScoring.REFERENCE_SCORE);
    double score = SampledScores.end(scores);
    double pixel = parts.pixelEnd(ReferenceScoring.REFERENCE_MAP);
    if (scoring.alone()) {
      return new EndsOfNormals(NormalEnds.alone(score, pixel), scores);
    }
    double ownScore = SampledScores.end(parts.all(ReferenceScoring.OWN_SCORE));
    double ownPixel = parts.pixelEnd(ReferenceScoring.OWN_MAP);
    NormalEnds found = new NormalEnds(score, pixel, ownScore, ownPixel, 1, 1);
    SampledScores joined = SampledScores.of(scoring.with(found), images);
    double[] raw = joined.all(ReferenceScoring.RAW_SCORE);
    NormalEnds ends =
        new NormalEnds(
            score,
            pixel,
            ownScore,
            ownPixel,
            SampledScores.end(raw),
            joined.pixelEnd(ReferenceScoring.RAW_MAP));
    return new EndsOfNormals(ends, raw);
  }

  /** Scores in [0,1), 0.5 where normal images end. */
  List<Double> scores() {
    List<Double> all = new ArrayList<>();
    for (double r : raw) {
      all.add(r / (r + ends.score()));
    }
    return all;
  }
}
