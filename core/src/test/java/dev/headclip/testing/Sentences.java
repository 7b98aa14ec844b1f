package dev.headclip.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headclip.clip.TokenIds;
import dev.headclip.tokenizer.ClipTokenizer;
import dev.headclip.weights.FileSet;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Sentences about classes against the rival methods' golden files. */
public final class Sentences {
  private Sentences() {}

  /** SHA-256 of sentences joined by newlines. */
  public static String digest(List<String> sentences) {
    byte[] text = String.join("\n", sentences).getBytes(StandardCharsets.UTF_8);
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** CLIP's own vocabulary gives them these ids, up to their end. */
  public static void haveIds(List<String> sentences, int[][] expected) {
    ClipTokenizer tokenizer =
        ClipTokenizer.of(new FileSet.InMemory("none", Map.of()), Golden.published());
    TokenIds ids = tokenizer.encode(sentences);
    assertThat(ids.ids().length).isEqualTo(expected.length);
    for (int s = 0; s < expected.length; s++) {
      assertThat(ids.ids()[s]).startsWith(Arrays.copyOf(expected[s], ids.eot()[s] + 1));
    }
  }
}
