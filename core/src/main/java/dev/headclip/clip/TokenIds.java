package dev.headclip.clip;

import java.util.Arrays;

/**
 * Token ids of sentences, cut behind the latest end-of-text token.
 *
 * @param ids [sentences][N]
 * @param eot position of the end-of-text token in each
 */
public record TokenIds(int[][] ids, int[] eot) {
  /**
   * @param padded [sentences][at least N] as a tokenizer gives them
   * @param eotId id of the end-of-text token; its first occurrence counts
   */
  public static TokenIds of(int[][] padded, int eotId) {
    int[] eot = new int[padded.length];
    for (int i = 0; i < padded.length; i++) {
      int at = 0;
      while (at < padded[i].length && padded[i][at] != eotId) {
        at++;
      }
      if (at == padded[i].length) {
        throw new IllegalArgumentException(
            "no end-of-text token %d in the sentence's ids".formatted(eotId));
      }
      eot[i] = at;
    }
    int n = Arrays.stream(eot).max().orElseThrow() + 1;
    return new TokenIds(padded, eot).paddedTo(n);
  }

  /** The same with {@code length} ids each, zeros behind the text; not shorter than its end. */
  public TokenIds paddedTo(int length) {
    int[][] all = new int[ids.length][];
    for (int i = 0; i < ids.length; i++) {
      all[i] = Arrays.copyOf(ids[i], length);
    }
    return new TokenIds(all, eot);
  }
}
