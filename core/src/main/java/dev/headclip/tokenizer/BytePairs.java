package dev.headclip.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * Byte-pair encoding of a word (OpenAI's simple_tokenizer.py:77-117): its bytes as printable
 * symbols, the last one marked as the word's end; then neighbours are joined, the earliest merge of
 * the table first, the leftmost pair first.
 */
final class BytePairs {
  static final String WORD_END = "</w>";

  private final Map<String, Integer> vocabulary;
  private final Map<String, Integer> ranks = new HashMap<>();
  private final String[] symbols = ByteSymbols.byByte();
  private final int unknown;

  /**
   * @param vocabulary ids of symbols
   * @param merges pairs with a space between, earliest first
   * @param unknown id of what is in no vocabulary
   */
  BytePairs(Map<String, Integer> vocabulary, List<String> merges, int unknown) {
    this.vocabulary = Map.copyOf(vocabulary);
    this.unknown = unknown;
    for (int i = 0; i < merges.size(); i++) {
      ranks.putIfAbsent(merges.get(i), i);
    }
  }

  /** Ids of a word, in time that grows little faster than its length. */
  int[] encode(String word) {
    return merged(symbols(word)).stream()
        .mapToInt(p -> vocabulary.getOrDefault(p, unknown))
        .toArray();
  }

  private String[] symbols(String word) {
    byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
    String[] parts = new String[bytes.length];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = symbols[bytes[i] & 0xff];
    }
    if (parts.length > 0) {
      parts[parts.length - 1] += WORD_END;
    }
    return parts;
  }

  /**
   * A pair that may be joined.
   *
   * @param rank of its merge
   * @param left place of its first part
   * @param text of both when it was found; another by now means that it is gone
   */
  private record Pair(int rank, int left, String text) implements Comparable<Pair> {
    @Override
    public int compareTo(Pair o) {
      return rank != o.rank ? Integer.compare(rank, o.rank) : Integer.compare(left, o.left);
    }
  }

  private List<String> merged(String[] parts) {
    int n = parts.length;
    int[] next = new int[n];
    int[] previous = new int[n];
    for (int i = 0; i < n; i++) {
      next[i] = i + 1;
      previous[i] = i - 1;
    }
    PriorityQueue<Pair> open = new PriorityQueue<>();
    for (int i = 0; i + 1 < n; i++) {
      offer(open, parts, i, i + 1);
    }
    while (!open.isEmpty()) {
      Pair p = open.remove();
      int left = p.left();
      int right = parts[left] == null ? n : next[left];
      if (right >= n || !p.text().equals(parts[left] + " " + parts[right])) {
        continue;
      }
      parts[left] += parts[right];
      parts[right] = null;
      next[left] = next[right];
      if (next[left] < n) {
        previous[next[left]] = left;
        offer(open, parts, left, next[left]);
      }
      if (previous[left] >= 0) {
        offer(open, parts, previous[left], left);
      }
    }
    return Arrays.stream(parts).filter(p -> p != null).toList();
  }

  private void offer(PriorityQueue<Pair> open, String[] parts, int left, int right) {
    String text = parts[left] + " " + parts[right];
    Integer rank = ranks.get(text);
    if (rank != null) {
      open.add(new Pair(rank, left, text));
    }
  }
}
