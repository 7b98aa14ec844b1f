package dev.headclip.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.HeadClipException;
import dev.headclip.clip.ClipConfig;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Text to token ids as CLIP wants them: start, words, end. Thread-safe. */
public final class ClipTokenizer implements AutoCloseable {
  static {
    // DJL reports its use over the network otherwise
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("ai.djl.offline", "true");
  }

  private static final int PUBLISHED = 49408;

  private final HuggingFaceTokenizer tokenizer;
  private final int context;
  private final int endId;

  private ClipTokenizer(String json, String origin, ClipConfig config) {
    Map<String, String> options =
        Map.of("addSpecialTokens", "true", "padding", "false", "truncation", "false");
    try {
      tokenizer =
          HuggingFaceTokenizer.newInstance(
              new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), options);
    } catch (IOException | RuntimeException e) {
      throw new HeadClipException(
          "%s: not a tokenizer (%s)"
              .formatted(origin, String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
          e);
    }
    this.context = config.context();
    long[] empty = tokenizer.encode("").getIds();
    if (empty.length != 2 || empty[1] >= config.vocabulary()) {
      tokenizer.close();
      throw new HeadClipException(
          "%s: ids %s for an empty text, expected start and end below the backbone's %d tokens"
              .formatted(origin, Arrays.toString(empty), config.vocabulary()));
    }
    this.endId = (int) empty[1];
  }

  /**
   * The tokenizer of a backbone's folder: tokenizer.json, or vocab.json and merges.txt, or, for a
   * vocabulary of the published size, CLIP's own table from this jar.
   */
  public static ClipTokenizer of(Path folder, ClipConfig config) {
    Path json = folder.resolve("tokenizer.json");
    Path vocab = folder.resolve("vocab.json");
    Path merges = folder.resolve("merges.txt");
    try {
      if (Files.exists(json)) {
        return new ClipTokenizer(Files.readString(json), json.toString(), config);
      }
      if (Files.exists(vocab) && Files.exists(merges)) {
        return new ClipTokenizer(fromPair(vocab, merges), vocab.toString(), config);
      }
    } catch (IOException e) {
      throw new HeadClipException("%s: tokenizer cannot be read (%s)".formatted(folder, e), e);
    }
    if (config.vocabulary() == PUBLISHED) {
      return new ClipTokenizer(TokenizerJson.published(), "CLIP's merge table", config);
    }
    throw new HeadClipException(
        "%s: no tokenizer, expected tokenizer.json, or vocab.json and merges.txt"
            .formatted(folder));
  }

  private static String fromPair(Path vocab, Path merges) throws IOException {
    Map<String, Integer> vocabulary =
        new ObjectMapper().readValue(vocab.toFile(), new TypeReference<>() {});
    for (String s : List.of(TokenizerJson.START, TokenizerJson.END)) {
      if (!vocabulary.containsKey(s)) {
        throw new HeadClipException("%s: no token %s, expected CLIP's".formatted(vocab, s));
      }
    }
    List<String> lines =
        Files.readAllLines(merges).stream()
            .filter(l -> !l.startsWith("#version") && !l.isBlank())
            .toList();
    return TokenizerJson.of(vocabulary, lines);
  }

  /** Start, the text's tokens, end; any length. */
  public int[] encode(String text) {
    return Arrays.stream(tokenizer.encode(text).getIds()).mapToInt(Math::toIntExact).toArray();
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

  @Override
  public void close() {
    tokenizer.close();
  }
}
