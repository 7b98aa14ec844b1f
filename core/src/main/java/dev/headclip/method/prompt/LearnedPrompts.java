package dev.headclip.method.prompt;

import dev.headclip.clip.Clip;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.TextTower;
import dev.headclip.clip.TokenIds;
import dev.headclip.method.FirstValue;
import dev.headclip.method.Learnable;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/**
 * Text features of two prompts, normal and abnormal, whose first words are learned (AnomalyCLIP's
 * prompt_ensemble.py:103-109, AnomalyCLIP.py:237-251).
 *
 * @param <T> the implementation's tensor
 */
public final class LearnedPrompts<T> {
  /** Learned words of the normal prompt, [length,width]. */
  public static final String NORMAL = "prompt.normal";

  /** Learned words of the abnormal prompt, [length,width]. */
  public static final String ABNORMAL = "prompt.abnormal";

  /** With a number from 0: learned tokens of a text layer, [tokens,width]. */
  public static final String DEEP = "text.deep.";

  private static final double DEVIATION = 0.02;

  private final PromptSettings settings;
  private final TextTower<T> text;
  private final TokenIds ids;

  public LearnedPrompts(Clip<T> clip, PromptSettings settings) {
    this.settings = settings;
    this.text = clip.text();
    this.ids = clip.tokenizer().encode(sentences(settings));
  }

  /** {@code X X X X X X X X X X X X object.} and the same for an abnormal one. */
  public static List<String> sentences(PromptSettings s) {
    String words = "X ".repeat(s.length());
    return List.of(words + s.templates().normal() + ".", words + s.templates().abnormal() + ".");
  }

  /** What is learned: words and tokens, from a normal distribution of deviation 0.02. */
  public static List<Learnable> learned(PromptSettings s, ClipConfig c) {
    int width = c.text().width();
    FirstValue first = FirstValue.normal(DEVIATION);
    List<Learnable> all = new ArrayList<>();
    all.add(Learnable.of(NORMAL, first, s.length(), width));
    all.add(Learnable.of(ABNORMAL, first, s.length(), width));
    for (int i = 0; i < s.deep().tensors(); i++) {
      all.add(Learnable.of(DEEP + i, first, s.deep().length(), width));
    }
    return all;
  }

  /** Text features [2,E] of unit length, normal first. */
  public T features(TensorOps<T> ops, Tensors<T> learned) {
    return ops.scoped(
        () -> {
          T words = text.embed(ops, ids.ids());
          T prompted = withLearnedWords(ops, words, learned);
          List<T> deep = learned.list(DEEP);
          List<T> tokens =
              settings.deep().halfRound() ? deep.stream().map(ops::roundToHalf).toList() : deep;
          return ops.normalize(
              text.forward(ops, prompted, ids.eot(), new DeepTokens<>(tokens, settings.deep())));
        });
  }

  /** Positions 1..length of both prompts replaced by the learned words. */
  private T withLearnedWords(TensorOps<T> ops, T words, Tensors<T> learned) {
    long[] shape = ops.shape(words);
    List<T> both = new ArrayList<>();
    for (String side : List.of(NORMAL, ABNORMAL)) {
      both.add(ops.reshape(learned.get(side), 1, settings.length(), shape[2]));
    }
    T start = ops.slice(words, 1, 0, 1);
    T rest = ops.slice(words, 1, 1 + settings.length(), shape[1]);
    return ops.concat(1, List.of(start, ops.concat(0, both), rest));
  }
}
