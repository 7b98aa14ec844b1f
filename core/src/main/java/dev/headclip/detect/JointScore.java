package dev.headclip.detect;

import dev.headclip.HeadClipException;
import dev.headclip.map.AnomalyMap;
import dev.headclip.map.MapOperator;
import dev.headclip.map.Regions;
import dev.headclip.map.TopMean;
import dev.headclip.method.HeadClipSettings;

/** From the network's numbers to a {@link Detection}: Eq. 12, 7 and 8. */
final class JointScore {
  private final HeadClipSettings settings;
  private final MapOperator smooth;
  private final MapOperator raw;

  JointScore(HeadClipSettings settings, int grid) {
    this.settings = settings;
    this.smooth = new MapOperator(grid, settings.imageSize(), settings.sigma());
    this.raw = settings.topOnRaw() ? new MapOperator(grid, settings.imageSize(), 0) : this.smooth;
  }

  Detection of(double global, float[] patches, int width, int height, double threshold, double ms) {
    long start = System.nanoTime();
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
    return new Detection(
        score,
        global,
        local,
        score >= threshold,
        threshold,
        width,
        height,
        Regions.of(map, threshold, width, height),
        map,
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
