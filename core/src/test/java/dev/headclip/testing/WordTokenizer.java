package dev.headclip.testing;

import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.TokenIds;
import dev.headclip.clip.Tokenizer;
import java.util.List;

/**
 * One token a word, by its hash, for miniatures without a vocabulary: as short as CLIP's own
 * sentences, where bytes would be five times as long.
 */
public record WordTokenizer(int vocabulary, int context) implements Tokenizer {
  public static WordTokenizer of(ClipConfig config) {
    return new WordTokenizer(config.vocabulary(), config.context());
  }

  @Override
  public TokenIds encode(List<String> sentences) {
    int end = vocabulary - 1;
    int[][] all = new int[sentences.size()][context];
    for (int s = 0; s < all.length; s++) {
      String[] words = sentences.get(s).split(" ");
      all[s][0] = vocabulary - 2;
      for (int w = 0; w < words.length; w++) {
        all[s][w + 1] = 1 + Math.floorMod(words[w].hashCode(), vocabulary - 3);
      }
      all[s][words.length + 1] = end;
    }
    return TokenIds.of(all, end);
  }
}
