package dev.headclip.detect;

import dev.headclip.map.AnomalyMap;
import dev.headclip.map.Region;
import java.util.List;

/**
 * What was found in one image.
 *
 * @param score joint score S = (1-lambda) global + lambda local (Eq. 8), 0 to 1
 * @param globalScore of the whole image, 0 to 1
 * @param localScore mean of the map's highest pixels (Eq. 7), 0 to 1
 * @param anomalous whether the score reaches the threshold
 * @param threshold of the verdict, and of the regions
 * @param width of the image as seen (after its orientation tag), pixels
 * @param height of the image
 * @param regions where the map reaches the threshold, boxes in image pixels, highest peak first
 * @param map the smoothed anomaly map at the network's input size (Eq. 12)
 * @param patches abnormal probability of each patch, row-major: what the map is made of
 * @param milliseconds spent on this image
 */
public record Detection(
    double score,
    double globalScore,
    double localScore,
    boolean anomalous,
    double threshold,
    int width,
    int height,
    List<Region> regions,
    AnomalyMap map,
    float[] patches,
    double milliseconds) {
  public Detection {
    regions = List.copyOf(regions);
  }

  /** The map at the image's own size. */
  public AnomalyMap mapAtImageSize() {
    return map.resize(width, height);
  }
}
