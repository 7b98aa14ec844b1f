package dev.headclip.method.anovl;

import dev.headclip.method.JointScoring;
import dev.headclip.tensor.Program;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;

/** The abnormality of each patch after adaptation: tokens, words, layer to [views,N]. */
record AdaptedPatches(AnoVlSettings settings) implements Program {
  @Override
  public <T> Tensors<T> of(TensorOps<T> ops, Tensors<T> in) {
    T tokens = in.get(AnoVlNetwork.TOKENS);
    long[] shape = ops.shape(tokens);
    T flat = ops.reshape(tokens, shape[0] * shape[1], shape[2]);
    T p = ops.softmax(AdaptedTokens.of(ops, settings, flat, in).cosines());
    return Tensors.of(JointScoring.PATCHES, ops.reshape(ops.slice(p, 1, 1, 2), shape[0], shape[1]));
  }
}
