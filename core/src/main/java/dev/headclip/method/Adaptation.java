package dev.headclip.method;

import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;

/**
 * What learns from the very image that is judged, between the network and the scores. Used by one
 * thread at a time, in the order of the images.
 */
public interface Adaptation {
  /** Whether what an image gets depends on those of its class before it. */
  boolean ordered();

  /**
   * The evidence that scores are made of, in place of the network's.
   *
   * @param evidence of {@link Network#evidence}, one row for each view of the image
   * @param words of {@link Network#words} for its class
   * @param name of what it shows
   * @param width of the image, pixels
   * @param height of the image, pixels
   */
  Tensors<HostTensor> of(
      Tensors<HostTensor> evidence,
      Tensors<HostTensor> words,
      ClassName name,
      int width,
      int height);
}
