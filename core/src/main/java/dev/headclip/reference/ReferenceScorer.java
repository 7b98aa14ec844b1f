package dev.headclip.reference;

import dev.headclip.tensor.Program;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;

/** How far an image's patches are from those of normal references. Fitted; thread-safe. */
public sealed interface ReferenceScorer extends Program permits Subspace, MemoryBank {
  /** The name of what a scorer gives, [B,N]: at least 0, in units of its own. */
  String DISTANCE = "reference_distance";

  /**
   * @param tokens of {@link TokenTaps}, each [B,N,C]
   * @return [B,N]
   */
  <T> T distances(TensorOps<T> ops, Tensors<T> tokens);

  /** {@value #DISTANCE} of tokens. */
  @Override
  default <T> Tensors<T> of(TensorOps<T> ops, Tensors<T> tokens) {
    return Tensors.of(DISTANCE, distances(ops, tokens));
  }
}
