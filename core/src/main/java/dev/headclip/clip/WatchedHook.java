package dev.headclip.clip;

import dev.headclip.tensor.TensorOps;
import java.util.List;
import java.util.Optional;

/** A hook with another one that looks on. */
record WatchedHook<T>(LayerHook<T> hook, LayerHook<T> watcher) implements LayerHook<T> {
  @Override
  public T before(TensorOps<T> ops, int layer, T x) {
    return hook.before(ops, layer, x);
  }

  @Override
  public Optional<T> projection(int layer) {
    return hook.projection(layer);
  }

  @Override
  public List<T> beside(TensorOps<T> ops, int layer, Block<T> block, T x, T values) {
    return hook.beside(ops, layer, block, x, values);
  }

  @Override
  public void after(int layer, T x) {
    hook.after(layer, x);
    watcher.after(layer, x);
  }

  @Override
  public boolean readsAll(int lastLayer) {
    return hook.readsAll(lastLayer) || watcher.readsAll(lastLayer);
  }

  @Override
  public boolean recomputed() {
    return hook.recomputed();
  }
}
