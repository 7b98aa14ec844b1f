package dev.headclip.reference;

import dev.headclip.tensor.Compute;
import dev.headclip.tensor.HostOps;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Program;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/** How far an image's patches are from those of normal references. Fitted; thread-safe. */
public sealed interface ReferenceScorer extends Program permits Subspace, MemoryBank {
  /** The name of what a scorer gives, [B,N]: at least 0, in units of its own. */
  String DISTANCE = "reference_distance";

  /** Numbers of a token, C. */
  int width();

  /**
   * @param tokens of {@link TokenTaps}, each [B,N,C]
   * @return [B,N]
   */
  <T> T distances(TensorOps<T> ops, Tensors<T> tokens);

  /**
   * Distances of tokens, image by image or part by part: what an engine made of a scorer fits any
   * number of them then.
   *
   * @param tokens each [B,N,C]
   * @return [B,N]
   */
  default HostTensor of(Compute compute, Tensors<HostTensor> tokens) {
    int rows = tokens.list().get(0).size(0);
    List<Tensors<HostTensor>> all = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      all.add(compute.run(this, rows == 1 ? tokens : Tensors.rows(tokens, i, i + 1)));
    }
    return Tensors.joined(new HostOps(), all).get(DISTANCE);
  }

  /** {@value #DISTANCE} of tokens. */
  @Override
  default <T> Tensors<T> of(TensorOps<T> ops, Tensors<T> tokens) {
    return Tensors.of(DISTANCE, distances(ops, tokens));
  }
}
