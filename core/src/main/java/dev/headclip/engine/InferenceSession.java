package dev.headclip.engine;

import dev.headclip.method.ClassName;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;

/** A loaded model. Thread-safe; {@link #close} waits for running computations. */
public interface InferenceSession extends AutoCloseable {
  /**
   * What the network says of images; of each the same, whatever the others are, but for the last
   * bits of sums.
   *
   * @param pixels [batch,3,S,S], normalised
   * @param name of what they show, for methods that want it
   * @return the method's evidence, one row for each image
   */
  Tensors<HostTensor> run(float[] pixels, int batch, ClassName name);

  /** A batch size that serves throughput without much memory. */
  int preferredBatch();

  @Override
  void close();
}
