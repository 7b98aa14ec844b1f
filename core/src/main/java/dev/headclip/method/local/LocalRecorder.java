package dev.headclip.method.local;

import dev.headclip.clip.Block;
import dev.headclip.clip.LayerHook;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;
import java.util.List;

/**
 * Keeps what a local path that {@link LocalPath#accumulates} takes from the ordinary one, instead
 * of computing it: {@code before} (G_{first-1}, [B,1+N,width]), {@code plain.I} (output layer
 * number I of the list, where it lies before the first CSA layer), {@code heads.L} (C of CSA layer
 * L, heads side by side, up to the last layer that an output needs).
 */
final class LocalRecorder<T> implements LayerHook<T> {
  static final String BEFORE = "before";
  static final String PLAIN = "plain.";
  static final String HEADS = "heads.";

  private final LocalPath path;
  private final List<Integer> outputs;
  private final int last;
  private Tensors<T> before = Tensors.none();
  private Tensors<T> plain = Tensors.none();
  private Tensors<T> heads = Tensors.none();

  LocalRecorder(LocalPath path, List<Integer> outputs) {
    this.path = path;
    this.outputs = outputs;
    this.last = path.lastNeeded(outputs);
  }

  @Override
  public List<T> beside(TensorOps<T> ops, int l, Block<T> block, T stream, T values) {
    if (l == path.first()) {
      before = Tensors.of(BEFORE, stream);
    }
    if (!path.covers(l) || l > last) {
      return List.of();
    }
    T c = block.valueAttention(ops, values);
    heads = heads.with(HEADS + l, c);
    return List.of(c);
  }

  @Override
  public void after(int l, T x) {
    for (int i = 0; i < outputs.size(); i++) {
      if (outputs.get(i) == l && l < path.first()) {
        plain = plain.with(PLAIN + i, x);
      }
    }
  }

  @Override
  public boolean readsAll(int lastLayer) {
    return LocalStream.readsAll(path, outputs, lastLayer);
  }

  Tensors<T> inputs() {
    return before.and(plain).and(heads);
  }
}
