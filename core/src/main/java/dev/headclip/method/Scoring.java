package dev.headclip.method;

import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;

/** From a network's evidence to scores and map. Thread-safe. */
public interface Scoring {
  /**
   * The scores of one image.
   *
   * @param evidence of {@link Network#evidence}, one row for each view of the image
   * @param width of the image, pixels
   * @param height of the image, pixels
   * @throws dev.headclip.HeadClipException where a score is not a number
   */
  Scores of(Tensors<HostTensor> evidence, int width, int height);
}
