package dev.headclip.tokenizer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.HeadClipException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A tokenizer.json of the one form that CLIP models have: byte pairs over bytes with an end mark,
 * lower-cased, split by CLIP's pattern. Anything else is refused: it would give other ids.
 *
 * @param vocabulary ids by symbol, start and end among them
 * @param merges earliest first
 * @param splitter of texts
 */
record TokenizerFile(Map<String, Integer> vocabulary, List<String> merges, TextSplitter splitter) {
  private static final int MOST_BYTES = 64 << 20;
  private static final int LONGEST_SYMBOL = 1000;
  private static final TextSplitter CLIP_WAYS = new TextSplitter(true, true);
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  /**
   * Reads one.
   *
   * @param origin for messages
   * @param size of the backbone's vocabulary: no id reaches it
   */
  static TokenizerFile parse(String origin, byte[] json, int size) {
    JsonNode root = tree(origin, json);
    try {
      return read(root).checked(size);
    } catch (IllegalArgumentException e) {
      throw refuse(origin, e.getMessage());
    }
  }

  /**
   * Reads a vocab.json and the lines of a merges.txt, which go with CLIP's own ways.
   *
   * @param origin for messages
   * @param size of the backbone's vocabulary
   */
  static TokenizerFile pair(String origin, byte[] vocabulary, List<String> merges, int size) {
    JsonNode root = tree(origin, vocabulary);
    try {
      for (String m : merges) {
        expect(m.indexOf(' ') > 0, "a merge", JSON.valueToTree(m), "a pair");
      }
      return new TokenizerFile(vocabulary(root, JSON.createArrayNode()), merges, CLIP_WAYS)
          .checked(size);
    } catch (IllegalArgumentException e) {
      throw refuse(origin, e.getMessage());
    }
  }

  /** CLIP's own, from the table in this jar. */
  static TokenizerFile published() {
    List<String> merges = TokenizerJson.publishedMerges();
    return new TokenizerFile(TokenizerJson.vocabulary(merges), merges, CLIP_WAYS);
  }

  private static JsonNode tree(String origin, byte[] json) {
    if (json.length > MOST_BYTES) {
      throw refuse(origin, "%d bytes, expected at most %d".formatted(json.length, MOST_BYTES));
    }
    JsonNode root;
    try {
      root = JSON.readTree(json);
    } catch (IOException e) {
      throw new HeadClipException(
          "%s: not a tokenizer (%s)"
              .formatted(origin, String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
          e);
    }
    if (root == null || !root.isObject()) {
      throw refuse(origin, "expected a JSON object");
    }
    return root;
  }

  private static HeadClipException refuse(String origin, String why) {
    return new HeadClipException("%s: not the tokenizer of a CLIP: %s".formatted(origin, why));
  }

  private static TokenizerFile read(JsonNode root) {
    JsonNode model = root.path("model");
    expect("BPE".equals(model.path("type").asText("BPE")), "model", model.path("type"), "BPE");
    boolean plain =
        model.path("dropout").asDouble(0) == 0
            && model.path("continuing_subword_prefix").asText("").isEmpty()
            && !model.path("byte_fallback").asBoolean(false)
            && !model.path("ignore_merges").asBoolean(false);
    expect(plain, "model", model.path("dropout"), "no dropout, prefix or byte fallback");
    JsonNode suffix = model.path("end_of_word_suffix");
    expect(BytePairs.WORD_END.equals(suffix.asText()), "end_of_word_suffix", suffix, "</w>");
    checkPreTokenizer(root.path("pre_tokenizer"));
    String post = root.path("post_processor").path("type").asText();
    expect(
        post.equals("RobertaProcessing") || post.equals("TemplateProcessing"),
        "post_processor",
        root.path("post_processor").path("type"),
        "RobertaProcessing");
    return new TokenizerFile(
        vocabulary(model.path("vocab"), root.path("added_tokens")),
        merges(model.path("merges")),
        splitter(root.path("normalizer")));
  }

  private static void expect(boolean holds, String what, JsonNode found, String expected) {
    if (!holds) {
      String text = found.toString();
      throw new IllegalArgumentException(
          "%s is %s, expected %s"
              .formatted(
                  what, text.length() > 60 ? text.substring(0, 60) + "..." : text, expected));
    }
  }

  /** One step, or a sequence of steps that are none themselves. */
  private static List<JsonNode> steps(JsonNode n, String list) {
    List<JsonNode> all = new ArrayList<>();
    if (n.path("type").asText().equals("Sequence")) {
      n.path(list).forEach(all::add);
    } else if (n.isObject()) {
      all.add(n);
    }
    return all;
  }

  private static TextSplitter splitter(JsonNode normalizer) {
    boolean compose = false;
    boolean lower = false;
    for (JsonNode step : steps(normalizer, "normalizers")) {
      String type = step.path("type").asText();
      boolean spaces =
          type.equals("Replace")
              && step.path("pattern").path("Regex").asText().equals("\\s+")
              && step.path("content").asText().equals(" ");
      compose |= type.equals("NFC");
      lower |= type.equals("Lowercase");
      // runs of spaces fall between words anyway
      expect(
          spaces || type.equals("NFC") || type.equals("Lowercase"),
          "normalizer",
          step,
          "NFC, Replace of spaces, Lowercase");
    }
    return new TextSplitter(compose, lower);
  }

  private static void checkPreTokenizer(JsonNode n) {
    List<JsonNode> steps = steps(n, "pretokenizers");
    expect(steps.size() == 2, "pre_tokenizer", n, "Split, ByteLevel");
    JsonNode split = steps.get(0);
    String pattern = split.path("pattern").path("Regex").asText();
    boolean known = pattern.endsWith(TokenizerJson.WORDS) && TokenizerJson.isKnown(pattern);
    boolean kept =
        split.path("behavior").asText().equals("Removed") && split.path("invert").asBoolean();
    expect(
        split.path("type").asText().equals("Split") && known && kept,
        "pre_tokenizer",
        split,
        "CLIP's pattern");
    JsonNode bytes = steps.get(1);
    expect(
        bytes.path("type").asText().equals("ByteLevel")
            && !bytes.path("add_prefix_space").asBoolean(),
        "pre_tokenizer",
        bytes,
        "ByteLevel without a space before");
  }

  private static Map<String, Integer> vocabulary(JsonNode vocab, JsonNode added) {
    Map<String, Integer> all = new LinkedHashMap<>();
    expect(vocab.isObject() && !vocab.isEmpty(), "vocab", vocab, "symbols with their ids");
    vocab.fields().forEachRemaining(e -> put(all, e.getKey(), e.getValue()));
    for (JsonNode token : added) {
      String content = token.path("content").asText();
      boolean special = content.equals(TokenizerJson.START) || content.equals(TokenizerJson.END);
      expect(special, "added_tokens", token, "start and end alone");
      put(all, content, token.path("id"));
    }
    return all;
  }

  private static void put(Map<String, Integer> to, String symbol, JsonNode id) {
    expect(
        id.isIntegralNumber() && id.canConvertToInt() && id.asInt() >= 0,
        "the id of " + symbol,
        id,
        "a number from 0 on");
    expect(symbol.length() <= LONGEST_SYMBOL, "a symbol", id, "at most 1000 characters");
    Integer before = to.put(symbol, id.asInt());
    expect(before == null || before == id.asInt(), "the id of " + symbol, id, "one id");
  }

  private static List<String> merges(JsonNode merges) {
    expect(merges.isArray(), "merges", merges, "a list of pairs");
    List<String> all = new ArrayList<>(merges.size());
    for (JsonNode m : merges) {
      String pair =
          m.isArray() && m.size() == 2 ? m.get(0).asText() + " " + m.get(1).asText() : m.asText();
      expect(pair.indexOf(' ') > 0 && pair.length() <= LONGEST_SYMBOL, "a merge", m, "a pair");
      all.add(pair);
    }
    return all;
  }

  /** This, if a backbone with so many tokens can take its ids. */
  TokenizerFile checked(int size) {
    Map<Integer, String> byId = new HashMap<>();
    vocabulary.forEach(
        (symbol, id) -> {
          if (id >= size) {
            throw new IllegalArgumentException(
                "id %d of %s, the backbone has %d tokens".formatted(id, symbol, size));
          }
          String before = byId.put(id, symbol);
          if (before != null) {
            throw new IllegalArgumentException(
                "%s and %s have the same id %d".formatted(before, symbol, id));
          }
        });
    for (String token : List.of(TokenizerJson.START, TokenizerJson.END)) {
      Optional.ofNullable(vocabulary.get(token))
          .orElseThrow(() -> new IllegalArgumentException("no token " + token));
    }
    return this;
  }
}
