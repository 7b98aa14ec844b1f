package dev.headclip.clip;

import java.util.List;

/** Sentences to token ids. */
@FunctionalInterface
public interface Tokenizer {
  /**
   * @throws dev.headclip.HeadClipException where a sentence is longer than the context
   */
  TokenIds encode(List<String> sentences);
}
