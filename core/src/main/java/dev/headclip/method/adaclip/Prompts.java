package dev.headclip.method.adaclip;

import dev.headclip.clip.LayerHook;
import dev.headclip.tensor.TensorOps;
import java.util.ArrayList;
import java.util.List;

/**
 * Prompt tokens in a tower's first layers, and the tokens that leave some layers.
 *
 * @param <T> the implementation's tensor
 */
final class Prompts<T> implements LayerHook<T> {
  private final List<T> contexts;
  private final int first;
  private final int at;
  private final boolean append;
  private final List<Integer> outputs;
  private final List<T> taken = new ArrayList<>();

  private Prompts(List<T> contexts, int first, int at, boolean append, List<Integer> outputs) {
    this.contexts = contexts;
    this.first = first;
    this.at = at;
    this.append = append;
    this.outputs = outputs;
  }

  /**
   * The image tower's (adaclip.py:98-137): behind all tokens of layer 1, in place of these before
   * the next ones.
   *
   * @param contexts per layer [B,length,width]
   * @param tokens of the image, the class token counted
   * @param outputs layers whose tokens are wanted
   */
  static <T> Prompts<T> visual(List<T> contexts, int tokens, List<Integer> outputs) {
    return new Prompts<>(contexts, 1, tokens, true, outputs);
  }

  /**
   * The text tower's (adaclip.py:63-96): over the first words of every sentence, from layer 2 on.
   *
   * @param contexts per layer from the second on [B,length,width]
   */
  static <T> Prompts<T> text(List<T> contexts) {
    return new Prompts<>(contexts, 2, 1, false, List.of());
  }

  @Override
  public T before(TensorOps<T> ops, int layer, T x) {
    int i = layer - first;
    if (i < 0 || i >= contexts.size()) {
      return x;
    }
    T own = contexts.get(i);
    long length = ops.shape(own)[1];
    long n = ops.shape(x)[1];
    List<T> parts = new ArrayList<>(List.of(ops.slice(x, 1, 0, at), own));
    long rest = append && layer == first ? at : at + length;
    if (rest < n) {
      parts.add(ops.slice(x, 1, rest, n));
    }
    return ops.concat(1, parts);
  }

  @Override
  public boolean recomputed() {
    return true;
  }

  @Override
  public void after(int layer, T x) {
    outputs.stream().filter(o -> o == layer).forEach(o -> taken.add(x));
  }

  @Override
  public boolean readsAll(int lastLayer) {
    return outputs.contains(lastLayer);
  }

  /** The tokens of the output layers, in the layers' order. */
  List<T> taken() {
    return taken;
  }
}
