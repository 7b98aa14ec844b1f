package dev.headclip.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.HeadClipException;
import dev.headclip.clip.Activation;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.TowerConfig;
import dev.headclip.testing.Golden;
import dev.headclip.weights.FileSet;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenizerGoldenTest {
  private static final TowerConfig TOWER =
      new TowerConfig(64, 1, 1, 64, Activation.QUICK_GELU, 1e-5);
  private static final ClipConfig PUBLISHED = new ClipConfig(TOWER, 224, 32, TOWER, 77, 49408, 64);
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void allGoldenTextsHaveTheirIds(@TempDir Path empty) throws IOException {
    ClipTokenizer tokenizer = ClipTokenizer.of(new FileSet.OnDisk(empty), PUBLISHED);
    assertGolden(tokenizer);
  }

  @Test
  void vocabularyAndMergesFilesServeAsWell(@TempDir Path dir) throws IOException {
    JsonNode model = JSON.readTree(TokenizerJson.published()).path("model");
    JSON.writeValue(dir.resolve("vocab.json").toFile(), model.path("vocab"));
    List<String> lines = new ArrayList<>(List.of("#version: 0.2"));
    model.path("merges").forEach(m -> lines.add(m.asText()));
    Files.write(dir.resolve("merges.txt"), lines);
    ClipTokenizer tokenizer = ClipTokenizer.of(new FileSet.OnDisk(dir), PUBLISHED);
    assertGolden(tokenizer);
  }

  @Test
  void randomTextsHaveTheIdsOfHuggingFacesTokenizer(@TempDir Path empty) throws IOException {
    ClipTokenizer tokenizer = ClipTokenizer.of(new FileSet.OnDisk(empty), PUBLISHED);
    // made by Python's tokenizers 0.22 from TokenizerJson.published()
    try (InputStream in = getClass().getResourceAsStream("/golden/tokenizer_fuzz.json")) {
      assertIds(tokenizer, JSON.readTree(in));
    }
  }

  @Test
  void aWordOfAnyLengthTakesLittleTime(@TempDir Path empty) {
    ClipTokenizer tokenizer = ClipTokenizer.of(new FileSet.OnDisk(empty), PUBLISHED);
    String word = "abcdefghij".repeat(9_999);
    assertTimeout(Duration.ofSeconds(20), () -> tokenizer.encode(word));
    assertThatThrownBy(() -> tokenizer.encode(word + word))
        .hasMessageContaining("expected at most 100000");
  }

  private static ClipTokenizer of(String json) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    return ClipTokenizer.of(
        new FileSet.InMemory("f", Map.of("tokenizer.json", bytes)),
        new ClipConfig(TOWER, 224, 32, TOWER, 77, 514, 64));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"type\":\"BPE\" | \"type\":\"Unigram\" | model is",
        "\"end_of_word_suffix\":\"</w>\" | \"end_of_word_suffix\":\"\" | end_of_word_suffix is",
        "\"type\":\"Lowercase\" | \"type\":\"Prepend\",\"prepend\":\"x\" | normalizer is",
        "\"type\":\"ByteLevel\",\"add_prefix_space\":false | \"type\":\"Metaspace\" | pre_tokenizer is",
        "[^\\\\s | (a+)+[^\\\\s | pre_tokenizer is",
        "\"!\":0 | \"!\":514 | the backbone has 514 tokens",
        "\"!\":0 | \"!\":-1 | the id of ! is -1",
        "\"!\":0 | \"!\":1 | have the same id 1",
        "RobertaProcessing | BertProcessing | post_processor is"
      })
  void anotherKindOfTokenizerIsRefusedAndNeverRun(String part, String other, String why) {
    String good = TokenizerJson.of(List.of());
    assertThat(of(good).encode("a")).hasSize(3);
    assertThat(good).contains(part);
    assertThatThrownBy(() -> of(good.replace(part, other)))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining(why)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
  }

  @Test
  void whatIsOfNoUseForIdsIsNotLookedAt() {
    String deep = "{\"type\":\"Sequence\",\"decoders\":[".repeat(200) + "]}".repeat(200);
    String json =
        TokenizerJson.of(List.of()).replaceFirst("\"decoder\":\\{[^}]*}", "\"decoder\":" + deep);
    assertThat(json).contains("decoders");
    assertThat(of(json).encode("a")).hasSize(3);
  }

  private static void assertGolden(ClipTokenizer tokenizer) throws IOException {
    assertIds(tokenizer, JSON.readTree(Golden.file("tokenizer.json").toFile()));
  }

  private static void assertIds(ClipTokenizer tokenizer, JsonNode all) {
    for (JsonNode n : all) {
      int[] ids = JSON.convertValue(n.path("ids"), int[].class);
      assertThat(tokenizer.encode(n.path("text").asText()))
          .as(n.path("text").asText())
          .containsExactly(ids);
    }
  }

  @Test
  void paddingTruncationAndErrorsAreAsInClip(@TempDir Path empty) {
    String longText = "metal ".repeat(90);
    ClipTokenizer tokenizer = ClipTokenizer.of(new FileSet.OnDisk(empty), PUBLISHED);
    int[] ids = tokenizer.encode(List.of("object"), false)[0];
    assertThat(ids).hasSize(77).startsWith(49406, 14115, 49407, 0).endsWith(0);
    int[] cut = tokenizer.encode(List.of(longText), true)[0];
    assertThat(cut).hasSize(77).startsWith(49406).endsWith(49407);
    assertThatThrownBy(() -> tokenizer.encode(List.of(longText), false))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining("92 tokens, the backbone takes 77");
  }

  @Test
  void aVocabularyOfAnotherSizeNeedsItsFiles(@TempDir Path empty) {
    ClipConfig small = new ClipConfig(TOWER, 224, 32, TOWER, 77, 600, 64);
    assertThatThrownBy(() -> ClipTokenizer.of(new FileSet.OnDisk(empty), small))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining("no tokenizer, expected tokenizer.json");
  }
}
