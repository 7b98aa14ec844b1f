package dev.headclip.clip;

import dev.headclip.tensor.TensorOps;
import java.util.List;

/** What runs beside the ordinary path, fed layer by layer by {@link VisionTower}. */
interface LocalBranch<T> {
  /**
   * Takes a CSA layer in.
   *
   * @param before the ordinary stream G_{l-1}, [B,1+N,width]
   * @param values V of that layer, [B,1+N,width], from LN1(G_{l-1})
   * @return the tensors that must outlive the layer
   */
  List<T> layer(TensorOps<T> ops, int l, Block<T> block, T before, T values);

  /** The ordinary stream after layer {@code l}. */
  void plain(int l, T after);
}
