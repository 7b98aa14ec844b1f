package dev.headclip.engine;

/** A loaded model. Thread-safe; {@link #close} waits for running computations. */
public interface InferenceSession extends AutoCloseable {
  /**
   * Scores images.
   *
   * @param pixels [batch,3,S,S], normalised
   */
  Prediction run(float[] pixels, int batch);

  /** A batch size that serves throughput without much memory. */
  int preferredBatch();

  @Override
  void close();
}
