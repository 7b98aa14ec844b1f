package dev.headclip.engine;

import dev.headclip.method.ClassName;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Program;
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

  /** What the class's name gives; none for methods that do not name it. */
  Tensors<HostTensor> words(ClassName name);

  /** Runs something beside the network. */
  Tensors<HostTensor> run(Program program, Tensors<HostTensor> inputs);

  /** A batch size that serves throughput without much memory. */
  int preferredBatch();

  @Override
  void close();
}
