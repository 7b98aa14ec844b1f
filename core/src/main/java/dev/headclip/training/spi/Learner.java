package dev.headclip.training.spi;

import dev.headclip.method.ClassName;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/** A method's network over a backbone, in an engine that differentiates. Used by one thread. */
public interface Learner extends AutoCloseable {
  /** What the last bits of sums depend on: versions, threads, devices. */
  String machine();

  /** The same as facts, for provenance. */
  Map<String, Object> facts();

  /**
   * Runs the frozen stage for one image.
   *
   * @param pixels [3,S,S], normalised
   * @param mask [S,S], 0 or 1
   * @param half whether the numbers are rounded to half precision
   */
  Frozen frozen(float[] pixels, float[] mask, boolean half);

  /** Begins to take tensors in that somebody kept; from any thread. */
  Loading load();

  /** A frozen part that is being read. */
  interface Loading extends AutoCloseable {
    /** One tensor; {@code bytes}: float32, little-endian, direct. */
    void add(String name, long[] shape, ByteBuffer bytes);

    /** All of it. */
    Frozen done();

    /** Frees what was added, unless it is done. */
    @Override
    void close();
  }

  /**
   * A copy outside the device's memory.
   *
   * @param half whether it is kept in half precision; the numbers have been rounded to it already
   */
  Frozen keep(Frozen part, boolean half);

  /** What {@link #keep} gave, ready for computing; closing it leaves the kept one; any thread. */
  Frozen use(Frozen kept);

  /**
   * One image of a step.
   *
   * @param part its frozen part
   * @param anomalous its label
   * @param name of what it shows
   */
  record Example(Frozen part, boolean anomalous, ClassName name) {}

  /**
   * What a step gives.
   *
   * @param losses by name, with {@link dev.headclip.method.Network#TOTAL}
   * @param gradients of the total, in the order of the learned tensors; zeros where it does not
   *     depend on one
   */
  record Step(Map<String, Double> losses, List<float[]> gradients) {}

  /** Loss and gradients of a batch. */
  Step step(Tensors<HostTensor> learned, List<Example> batch);

  /** The network with these numbers, for looking at images. */
  Predictor predictor(Tensors<HostTensor> learned);

  /** Says what a network says of images. */
  interface Predictor extends AutoCloseable {
    /** The evidence of one image. */
    Tensors<HostTensor> evidence(Frozen part, ClassName name);

    @Override
    void close();
  }

  @Override
  void close();
}
