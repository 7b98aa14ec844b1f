package dev.headclip.tokenizer;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text as its words (Hugging Face's CLIPTokenizerFast): the end token is found in the text as it
 * is, the start token after normalisation; then contractions, runs of letters, single digits, runs
 * of anything else.
 *
 * @param compose whether characters are composed (NFC)
 * @param lower whether they become lower-case, each for itself
 */
record TextSplitter(boolean compose, boolean lower) {
  private static final Pattern WORDS =
      Pattern.compile(TokenizerJson.WORDS, Pattern.UNICODE_CHARACTER_CLASS);

  List<String> words(String text) {
    List<String> all = new ArrayList<>();
    split(
        text,
        TokenizerJson.END,
        all,
        part -> split(normalized(part), TokenizerJson.START, all, rest -> plain(rest, all)));
    return all;
  }

  private interface Rest {
    void accept(String part);
  }

  private static void split(String text, String token, List<String> to, Rest rest) {
    int from = 0;
    for (int at = text.indexOf(token); at >= 0; at = text.indexOf(token, from)) {
      rest.accept(text.substring(from, at));
      to.add(token);
      from = at + token.length();
    }
    rest.accept(text.substring(from));
  }

  private static void plain(String text, List<String> to) {
    Matcher m = WORDS.matcher(text);
    while (m.find()) {
      to.add(m.group());
    }
  }

  private String normalized(String text) {
    String composed = compose ? Normalizer.normalize(text, Normalizer.Form.NFC) : text;
    if (!lower) {
      return composed;
    }
    StringBuilder s = new StringBuilder(composed.length());
    // not the whole text at once: a sigma at a word's end would become another letter
    composed
        .codePoints()
        .forEach(c -> s.append(Character.toString(c).toLowerCase(java.util.Locale.ROOT)));
    return s.toString();
  }
}
