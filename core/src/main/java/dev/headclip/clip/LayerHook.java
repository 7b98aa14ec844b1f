package dev.headclip.clip;

import dev.headclip.tensor.TensorOps;
import java.util.List;
import java.util.Optional;

/**
 * What a method does in a tower, layer by layer; layers are counted from 1. By itself it does
 * nothing.
 *
 * @param <T> the implementation's tensor
 */
public interface LayerHook<T> {
  /**
   * The tokens that enter a layer in place of {@code x} [B,N,width]: overwritten, or more of them.
   */
  default T before(TensorOps<T> ops, int layer, T x) {
    return x;
  }

  /** The weight of a layer's attention projection [width,width] in place of the tower's. */
  default Optional<T> projection(int layer) {
    return Optional.empty();
  }

  /**
   * Computes beside a layer.
   *
   * @param block the layer's parts
   * @param x the tokens that entered it, [B,N,width]
   * @param values V of it, from LN1(x), heads side by side, [B,N,width]
   * @return the tensors that must outlive the layer
   */
  default List<T> beside(TensorOps<T> ops, int layer, Block<T> block, T x, T values) {
    return List.of();
  }

  /** The tokens that left a layer. They live on. */
  default void after(int layer, T x) {}

  /**
   * Whether {@link #after} reads every token of a last layer; otherwise only the first one leaves
   * it, which saves most of its work.
   */
  default boolean readsAll(int lastLayer) {
    return false;
  }

  /**
   * Whether gradients pass the layers: these are computed again on the way back then, as keeping
   * them takes several times a tower's size. The hook may only change tokens {@link #before} a
   * layer.
   */
  default boolean recomputed() {
    return false;
  }

  /** One hook, and another that only looks on: at what leaves the layers. */
  static <T> LayerHook<T> watched(LayerHook<T> hook, LayerHook<T> watcher) {
    return new WatchedHook<>(hook, watcher);
  }

  /** The tower as published. */
  static <T> LayerHook<T> none() {
    return new LayerHook<>() {};
  }

  /** The tower as published, all tokens of the last layer wanted. */
  static <T> LayerHook<T> allTokens() {
    return new LayerHook<>() {
      @Override
      public boolean readsAll(int lastLayer) {
        return true;
      }
    };
  }
}
