package dev.headclip.detect;

import dev.headclip.image.Page;
import dev.headclip.image.RegionOfInterest;
import dev.headclip.map.AnomalyMap;
import dev.headclip.map.Region;
import dev.headclip.map.Regions;
import dev.headclip.method.JointScoring;
import dev.headclip.method.Scores;
import dev.headclip.settings.SettingException;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.List;
import java.util.Optional;

/**
 * What was found in one image.
 *
 * @param score the joint score S = (1-lambda) global + lambda local (Eq. 8), 0 to 1
 * @param globalScore of the whole image, 0 to 1
 * @param localScore mean of the map's highest pixels (Eq. 7), 0 to 1
 * @param anomalous whether the score reaches the threshold
 * @param threshold of the verdict
 * @param mapThreshold of the regions
 * @param width of the image as seen (after its orientation tag), pixels
 * @param height of the image
 * @param page of the image's file
 * @param regions where the map reaches its threshold, boxes in image pixels, highest peak first; of
 *     an anomalous image at least one, around the map's peak
 * @param map the smoothed anomaly map at the network's input size (Eq. 12)
 * @param raw score and map in units of their own, where they have such: against references
 * @param evidence what the network said: scores and map can be made of it again
 * @param milliseconds spent on this image
 */
public record Detection(
    double score,
    double globalScore,
    double localScore,
    boolean anomalous,
    double threshold,
    double mapThreshold,
    int width,
    int height,
    Page page,
    List<Region> regions,
    AnomalyMap map,
    Optional<Scores.Raw> raw,
    Tensors<HostTensor> evidence,
    double milliseconds) {
  /** Share of the peak that outlines a region where nothing reaches the map's threshold. */
  private static final double PEAK = 0.9;

  public Detection {
    regions = List.copyOf(regions);
  }

  /** Which pixels counted, at the network's size; empty where all did. */
  public Optional<RegionOfInterest> region() {
    if (!evidence.has(JointScoring.COUNTED)) {
      return Optional.empty();
    }
    HostTensor t = evidence.get(JointScoring.COUNTED);
    byte[] counts = new byte[t.data().length];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = (byte) (t.data()[i] > 0 ? 1 : 0);
    }
    return Optional.of(new RegionOfInterest(t.size(-1), t.size(-2), counts));
  }

  /**
   * The map value that the regions are outlined at: lower than the threshold where none reaches it.
   */
  public double outlinedAt() {
    return outlinedAt(anomalous, mapThreshold, map);
  }

  static double outlinedAt(boolean anomalous, double mapThreshold, AnomalyMap map) {
    return anomalous && map.max() < mapThreshold ? PEAK * map.max() : mapThreshold;
  }

  /**
   * The same judged by another threshold, without the network. The map's threshold goes with it
   * where it was the same.
   *
   * @param other 0 to 1
   */
  public Detection judged(double other) {
    if (!(other >= 0 && other <= 1)) {
      throw new SettingException("threshold", other, "0 to 1");
    }
    boolean now = score >= other;
    double ofMap = mapThreshold == threshold ? other : mapThreshold;
    double outlined = outlinedAt(now, ofMap, map);
    return new Detection(
        score,
        globalScore,
        localScore,
        now,
        other,
        ofMap,
        width,
        height,
        page,
        Regions.of(map, outlined, width, height),
        map,
        raw,
        evidence,
        milliseconds);
  }

  /** The map at the image's own size. */
  public AnomalyMap mapAtImageSize() {
    return map.resize(width, height);
  }
}
