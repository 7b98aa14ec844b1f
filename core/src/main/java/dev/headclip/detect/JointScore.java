package dev.headclip.detect;

import dev.headclip.HeadClipException;
import dev.headclip.map.AnomalyMap;
import dev.headclip.map.MapOperator;
import dev.headclip.map.Regions;
import dev.headclip.map.TopMean;
import dev.headclip.method.HeadClipSettings;

/** From the network's numbers to map and scores: Eq. 12, 7 and 8. Thread-safe. */
public final class JointScore {
  private final HeadClipSettings settings;
  private final MapOperator smooth;
  private final MapOperator raw;

  /**
   * @param grid patches along a side of the network's input
   */
  public JointScore(HeadClipSettings settings, int grid) {
    this.settings = settings;
    this.smooth = new MapOperator(grid, settings.imageSize(), settings.sigma());
    this.raw = settings.topOnRaw() ? new MapOperator(grid, settings.imageSize(), 0) : this.smooth;
  }

  /**
   * The scores of one image.
   *
   * @param joint S of Eq. 8
   * @param global S_global
   * @param local S_local of Eq. 7
   * @param map at the network's input size
   */
  public record Scores(double joint, double global, double local, AnomalyMap map) {}

  /**
   * @param global S_global
   * @param patches abnormal probability of each patch, row-major
   * @throws HeadClipException where a score is not a number
   */
  public Scores of(double global, float[] patches) {
    AnomalyMap map = smooth.apply(patches);
    AnomalyMap scored = raw == smooth ? map : raw.apply(patches);
    int k = settings.top().of(scored.values().length);
    double local = TopMean.of(scored.values(), k);
    double score = (1 - settings.lambda()) * global + settings.lambda() * local;
    if (!Double.isFinite(score) || !Double.isFinite(global) || !Double.isFinite(local)) {
      throw new HeadClipException(
          "the model gives no number (global %s, local %s); its weights or temperature are broken"
              .formatted(global, local));
    }
    return new Scores(score, global, local, map);
  }

  Detection of(double global, float[] patches, int width, int height, double threshold, double ms) {
    long start = System.nanoTime();
    Scores s = of(global, patches);
    return new Detection(
        s.joint(),
        s.global(),
        s.local(),
        s.joint() >= threshold,
        threshold,
        width,
        height,
        Regions.of(s.map(), threshold, width, height),
        s.map(),
        patches,
        ms + (System.nanoTime() - start) / 1e6);
  }

  /**
   * An image ready for the network.
   *
   * @param width as decoded, pixels
   * @param height as decoded
   * @param pixels [3,S,S], normalised
   * @param ms spent so far
   */
  record Prepared(int width, int height, float[] pixels, double ms) {}
}
