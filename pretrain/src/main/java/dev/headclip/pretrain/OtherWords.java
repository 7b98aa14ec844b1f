package dev.headclip.pretrain;

import dev.headclip.clip.ClipConfig;
import dev.headclip.synth.Captions;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tokenizer.ClipTokenizer;
import java.util.Arrays;
import java.util.Locale;

/** Takes what a backbone learned of words to a vocabulary that has more of them. */
final class OtherWords {
  /** Every byte, and every byte that ends a word. */
  private static final int BYTES = 512;

  private OtherWords() {}

  /** Whether two networks differ in nothing but their words. */
  static boolean alike(ClipConfig a, ClipConfig b) {
    return new ClipConfig(
            a.vision(),
            a.imageSize(),
            a.patchSize(),
            a.text(),
            a.context(),
            b.vocabulary(),
            a.embed())
        .equals(b);
  }

  /**
   * Embeddings of the new vocabulary: those of bytes, of words that both know, and of the ends of a
   * text are the old ones, all others stay.
   *
   * @param old [old vocabulary,width]
   * @param others [vocabulary,width]
   */
  static HostTensor carried(
      HostTensor old, ClipTokenizer was, HostTensor others, ClipTokenizer now) {
    HostTensor fresh = HostTensor.of(others.data().clone(), others.shape());
    for (int i = 0; i < BYTES; i++) {
      copy(old, i, fresh, i);
    }
    for (int last = 1; last <= 2; last++) {
      copy(old, old.size(0) - last, fresh, fresh.size(0) - last);
    }
    Captions.corpus().stream()
        .flatMap(c -> Arrays.stream(c.toLowerCase(Locale.ROOT).split("[^a-z]+")))
        .filter(word -> !word.isEmpty())
        .distinct()
        .forEach(
            word -> {
              int[] before = was.encode(word);
              int[] after = now.encode(word);
              if (before.length == 3 && after.length == 3) {
                copy(old, before[1], fresh, after[1]);
              }
            });
    return fresh;
  }

  private static void copy(HostTensor from, int row, HostTensor to, int toRow) {
    int width = from.size(1);
    System.arraycopy(from.data(), row * width, to.data(), toRow * width, width);
  }
}
