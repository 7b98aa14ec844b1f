package dev.headclip.method;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * HeadCLIP's learned numbers.
 *
 * @param normal prompt.normal [12,D]
 * @param abnormal prompt.abnormal [12,D]
 * @param deep text.deep.0 .. n-1, each [4,D]
 * @param headWeights head_weights [csa layers, heads]; empty for all 1
 * @param <T> a tensor
 */
public record Learned<T>(T normal, T abnormal, List<T> deep, Optional<T> headWeights) {
  public static final String PROMPT_NORMAL = "prompt.normal";
  public static final String PROMPT_ABNORMAL = "prompt.abnormal";
  public static final String DEEP = "text.deep.";
  public static final String HEAD_WEIGHTS = "head_weights";

  public Learned {
    deep = List.copyOf(deep);
  }

  /** The same numbers as tensors of another kind. */
  public <U> Learned<U> map(Function<T, U> f) {
    return new Learned<>(
        f.apply(normal), f.apply(abnormal), deep.stream().map(f).toList(), headWeights.map(f));
  }

  /** All tensors: prompts, deep tokens, head weights; {@link #names} in the same order. */
  public List<T> tensors() {
    List<T> all = new ArrayList<>(List.of(normal, abnormal));
    all.addAll(deep);
    headWeights.ifPresent(all::add);
    return all;
  }

  /** The tensors' names in an adapter file. */
  public List<String> names() {
    List<String> all = new ArrayList<>(List.of(PROMPT_NORMAL, PROMPT_ABNORMAL));
    for (int i = 0; i < deep.size(); i++) {
      all.add(DEEP + i);
    }
    headWeights.ifPresent(w -> all.add(HEAD_WEIGHTS));
    return all;
  }
}
