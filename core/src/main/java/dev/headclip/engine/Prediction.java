package dev.headclip.engine;

/**
 * What the network says of a batch.
 *
 * @param global S_global of each image, 0 to 1
 * @param patches per image the abnormal probability of each patch, row-major, averaged over the
 *     output layers
 */
public record Prediction(float[] global, float[][] patches) {
  public Prediction {
    if (global.length != patches.length) {
      throw new IllegalArgumentException(
          "%d global scores, %d maps".formatted(global.length, patches.length));
    }
  }
}
