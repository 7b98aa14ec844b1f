package dev.headclip.method.prompt;

import dev.headclip.clip.LayerHook;
import dev.headclip.tensor.TensorOps;
import java.util.ArrayList;
import java.util.List;

/** Puts learned tokens into the early text layers. */
final class DeepTokens<T> implements LayerHook<T> {
  private final List<T> tensors;
  private final DeepSettings settings;

  /**
   * @param tensors one [tokens,width] per layer from the first deep one on
   */
  DeepTokens(List<T> tensors, DeepSettings settings) {
    this.tensors = tensors;
    this.settings = settings;
  }

  @Override
  public T before(TensorOps<T> ops, int layer, T x) {
    int i = layer - settings.start();
    if (i < 0 || i >= tensors.size()) {
      return x;
    }
    T tokens = tensors.get(i);
    long count = ops.shape(tokens)[0];
    long[] shape = ops.shape(x);
    boolean insert = settings.mode() == DeepSettings.Mode.INSERT && i == 0;
    List<T> parts = new ArrayList<>();
    parts.add(ops.slice(x, 1, 0, 1));
    parts.add(ops.repeatBatch(ops.reshape(tokens, 1, count, shape[2]), x));
    parts.add(ops.slice(x, 1, insert ? 1 : 1 + count, shape[1]));
    return ops.concat(1, parts);
  }
}
