package dev.headclip.method;

import dev.headclip.image.Normalization;
import dev.headclip.image.Preprocess;
import dev.headclip.image.RgbImage;

/**
 * What a network sees of an image: one square, several views of it, tiles. The evidence of all
 * views goes to the {@link Scoring} together. Thread-safe.
 */
@FunctionalInterface
public interface Views {
  /**
   * The network's inputs for an image, at least one.
   *
   * @return per view [3,S,S], normalised
   */
  float[][] of(RgbImage image, Normalization normalization);

  /** Whether every image has one view, the whole of it: what exported files can do. */
  default boolean whole() {
    return true;
  }

  /** Whether the first view is the whole image: the one that references are compared with. */
  default boolean firstWhole() {
    return whole();
  }

  /** How a whole image becomes the network's input: callers of exported files must do the same. */
  default Preprocess preprocess() {
    return Preprocess.SQUARE;
  }

  /** The whole image as one square, its aspect ratio not kept. */
  static Views square(Preprocess preprocess, int side) {
    return new Views() {
      @Override
      public float[][] of(RgbImage image, Normalization normalization) {
        float[] pixels = new float[3 * side * side];
        normalization.apply(preprocess.apply(image, side), pixels, 0);
        return new float[][] {pixels};
      }

      @Override
      public Preprocess preprocess() {
        return preprocess;
      }
    };
  }
}
