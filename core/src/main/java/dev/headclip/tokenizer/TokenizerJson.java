package dev.headclip.tokenizer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/** Makes the tokenizer.json that goes with a CLIP vocabulary and its merges. */
public final class TokenizerJson {
  public static final String START = "<|startoftext|>";
  public static final String END = "<|endoftext|>";

  /** What a word is (simple_tokenizer.py:75); start and end are found before. */
  static final String WORDS = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

  private static final int CLIP_MERGES = 49152 - 256 - 2;
  private static final ObjectMapper JSON = new ObjectMapper();

  private TokenizerJson() {}

  /** The tokenizer of every published CLIP, from the merge table in this jar. */
  public static String published() {
    return of(publishedMerges());
  }

  /** CLIP's own merges, earliest first. */
  static List<String> publishedMerges() {
    String name = "clip_bpe_merges.txt.gz";
    try (InputStream raw = TokenizerJson.class.getResourceAsStream(name);
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(new GZIPInputStream(raw), StandardCharsets.UTF_8))) {
      // line 0 is a header, what follows the merges is of no use (simple_tokenizer.py:67)
      return in.lines().skip(1).limit(CLIP_MERGES).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The tokenizer whose vocabulary is the byte symbols, then the merges, then start and end. */
  public static String of(List<String> merges) {
    return of(vocabulary(merges), merges);
  }

  /** Its vocabulary. */
  static Map<String, Integer> vocabulary(List<String> merges) {
    List<String> tokens = new ArrayList<>(ByteSymbols.byId());
    ByteSymbols.byId().forEach(s -> tokens.add(s + "</w>"));
    merges.forEach(m -> tokens.add(m.replace(" ", "")));
    tokens.add(START);
    tokens.add(END);
    Map<String, Integer> vocabulary = new LinkedHashMap<>();
    tokens.forEach(t -> vocabulary.put(t, vocabulary.size()));
    return vocabulary;
  }

  /** The tokenizer of a vocab.json and merges.txt. */
  public static String of(Map<String, Integer> vocabulary, List<String> merges) {
    ObjectNode root = JSON.createObjectNode();
    root.put("version", "1.0");
    root.putNull("truncation");
    root.putNull("padding");
    int start = vocabulary.get(START);
    int end = vocabulary.get(END);
    ArrayNode added = root.putArray("added_tokens");
    special(added.addObject(), start, START, true);
    special(added.addObject(), end, END, false);
    ArrayNode normalizers =
        root.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
    normalizers.addObject().put("type", "NFC");
    ObjectNode spaces = normalizers.addObject().put("type", "Replace");
    spaces.putObject("pattern").put("Regex", "\\s+");
    spaces.put("content", " ");
    normalizers.addObject().put("type", "Lowercase");
    ArrayNode pre =
        root.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
    ObjectNode split = pre.addObject().put("type", "Split");
    split.putObject("pattern").put("Regex", WORDS);
    split.put("behavior", "Removed").put("invert", true);
    pre.addObject()
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", true);
    ObjectNode post = root.putObject("post_processor").put("type", "RobertaProcessing");
    post.putArray("sep").add(END).add(end);
    post.putArray("cls").add(START).add(start);
    post.put("trim_offsets", false).put("add_prefix_space", false);
    root.putObject("decoder")
        .put("type", "ByteLevel")
        .put("add_prefix_space", true)
        .put("trim_offsets", true);
    ObjectNode model = root.putObject("model").put("type", "BPE");
    model.putNull("dropout");
    model.put("unk_token", END);
    model.put("continuing_subword_prefix", "");
    model.put("end_of_word_suffix", "</w>");
    model.put("fuse_unk", false);
    ObjectNode vocab = model.putObject("vocab");
    vocabulary.forEach(vocab::put);
    ArrayNode list = model.putArray("merges");
    merges.forEach(list::add);
    try {
      return JSON.writeValueAsString(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void special(ObjectNode token, int id, String content, boolean normalized) {
    token.put("id", id).put("content", content).put("single_word", false);
    token.put("lstrip", false).put("rstrip", false);
    token.put("normalized", normalized).put("special", true);
  }

  /** Whether a pattern splits as CLIP does; some files name start and end in it. */
  static boolean isKnown(String pattern) {
    return pattern.equals(WORDS)
        || pattern.equals("<\\|startoftext\\|>|<\\|endoftext\\|>|" + WORDS);
  }
}
