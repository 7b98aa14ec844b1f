package dev.headclip.synth;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Learns byte-pair merges from a small text, for a vocabulary of our own. ASCII words only. */
public final class BpeLearner {
  private BpeLearner() {}

  /**
   * Merges in order, each {@code "a b"}, until every word of the text is one token.
   *
   * @param text sentences; what is not a letter separates words
   */
  public static List<String> merges(List<String> text) {
    Map<List<String>, Integer> words = new LinkedHashMap<>();
    for (String sentence : text) {
      for (String word : sentence.toLowerCase(Locale.ROOT).split("[^a-z]+")) {
        if (!word.isEmpty()) {
          words.merge(symbols(word), 1, Integer::sum);
        }
      }
    }
    List<String> merges = new ArrayList<>();
    while (true) {
      Map<String, Integer> pairs = new LinkedHashMap<>();
      words.forEach(
          (w, n) -> {
            for (int i = 0; i + 1 < w.size(); i++) {
              pairs.merge(w.get(i) + " " + w.get(i + 1), n, Integer::sum);
            }
          });
      if (pairs.isEmpty()) {
        return merges;
      }
      // the first of the most frequent: deterministic, as the map keeps its order
      String best =
          pairs.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
      merges.add(best);
      words = merged(words, best);
    }
  }

  private static List<String> symbols(String word) {
    List<String> s = new ArrayList<>();
    for (int i = 0; i < word.length(); i++) {
      s.add(word.charAt(i) + (i == word.length() - 1 ? "</w>" : ""));
    }
    return s;
  }

  private static Map<List<String>, Integer> merged(Map<List<String>, Integer> words, String pair) {
    Map<List<String>, Integer> out = new LinkedHashMap<>();
    words.forEach(
        (w, n) -> {
          List<String> s = new ArrayList<>();
          for (int i = 0; i < w.size(); i++) {
            if (i + 1 < w.size() && (w.get(i) + " " + w.get(i + 1)).equals(pair)) {
              s.add(w.get(i) + w.get(++i));
            } else {
              s.add(w.get(i));
            }
          }
          out.merge(s, n, Integer::sum);
        });
    return out;
  }
}
