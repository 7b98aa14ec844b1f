package dev.headclip.tokenizer;

import dev.headclip.HeadClipException;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.TokenIds;
import dev.headclip.clip.Tokenizer;
import dev.headclip.weights.FileSet;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Text to token ids as CLIP wants them: start, words, end. Thread-safe. */
public final class ClipTokenizer implements Tokenizer {
  private static final int PUBLISHED = 49408;
  private static final String JSON = "tokenizer.json";
  private static final String VOCABULARY = "vocab.json";
  private static final String MERGES = "merges.txt";

  /** Far more than any sentence has. */
  private static final int LONGEST_TEXT = 100_000;

  private final TextSplitter splitter;
  private final BytePairs pairs;
  private final int context;
  private final int startId;
  private final int endId;

  private ClipTokenizer(TokenizerFile file, ClipConfig config) {
    this.splitter = file.splitter();
    this.startId = file.vocabulary().get(TokenizerJson.START);
    this.endId = file.vocabulary().get(TokenizerJson.END);
    this.pairs = new BytePairs(file.vocabulary(), file.merges(), endId);
    this.context = config.context();
  }

  /**
   * The tokenizer of a backbone's folder: tokenizer.json, or vocab.json and merges.txt, or, for a
   * vocabulary of the published size, CLIP's own table from this jar.
   */
  public static ClipTokenizer of(FileSet folder, ClipConfig config) {
    int size = config.vocabulary();
    if (folder.has(JSON)) {
      byte[] json = folder.read(JSON);
      return new ClipTokenizer(TokenizerFile.parse(folder.describe(JSON), json, size), config);
    }
    if (folder.has(VOCABULARY) && folder.has(MERGES)) {
      List<String> merges =
          new String(folder.read(MERGES), StandardCharsets.UTF_8)
              .lines()
              .filter(l -> !l.startsWith("#version") && !l.isBlank())
              .toList();
      byte[] vocabulary = folder.read(VOCABULARY);
      return new ClipTokenizer(
          TokenizerFile.pair(folder.describe(VOCABULARY), vocabulary, merges, size), config);
    }
    if (size == PUBLISHED) {
      return new ClipTokenizer(TokenizerFile.published(), config);
    }
    throw new HeadClipException(
        "%s: no tokenizer, expected tokenizer.json, or vocab.json and merges.txt"
            .formatted(folder.describe()));
  }

  @Override
  public TokenIds encode(List<String> sentences) {
    return TokenIds.of(encode(sentences, false), endId);
  }

  /** Start, the text's tokens, end; any length. */
  public int[] encode(String text) {
    if (text.length() > LONGEST_TEXT) {
      throw new HeadClipException(
          "a text of %d characters, expected at most %d".formatted(text.length(), LONGEST_TEXT));
    }
    IntStream.Builder ids = IntStream.builder();
    ids.add(startId);
    for (String word : splitter.words(text)) {
      switch (word) {
        case TokenizerJson.START -> ids.add(startId);
        case TokenizerJson.END -> ids.add(endId);
        default -> Arrays.stream(pairs.encode(word)).forEach(ids::add);
      }
    }
    return ids.add(endId).build().toArray();
  }

  /**
   * Texts padded with 0 to the context length.
   *
   * @param truncate whether a longer text is cut, its last token becoming the end; otherwise it is
   *     an error
   * @return [texts][context]
   */
  public int[][] encode(List<String> texts, boolean truncate) {
    int[][] all = new int[texts.size()][];
    for (int i = 0; i < all.length; i++) {
      int[] ids = encode(texts.get(i));
      if (ids.length > context) {
        if (!truncate) {
          throw new HeadClipException(
              "\"%s\" has %d tokens, the backbone takes %d; shorten it"
                  .formatted(texts.get(i), ids.length, context));
        }
        ids[context - 1] = endId;
      }
      all[i] = Arrays.copyOf(ids, context);
    }
    return all;
  }

  /** Id of the end-of-text token. */
  public int endId() {
    return endId;
  }
}
