package dev.headclip.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.HeadClipException;
import dev.headclip.clip.Activation;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.TowerConfig;
import dev.headclip.testing.Golden;
import dev.headclip.weights.FileSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerGoldenTest {
  private static final TowerConfig TOWER =
      new TowerConfig(64, 1, 1, 64, Activation.QUICK_GELU, 1e-5);
  private static final ClipConfig PUBLISHED = new ClipConfig(TOWER, 224, 32, TOWER, 77, 49408, 64);
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void allGoldenTextsHaveTheirIds(@TempDir Path empty) throws IOException {
    try (ClipTokenizer tokenizer = ClipTokenizer.of(new FileSet.OnDisk(empty), PUBLISHED)) {
      assertGolden(tokenizer);
    }
  }

  @Test
  void vocabularyAndMergesFilesServeAsWell(@TempDir Path dir) throws IOException {
    JsonNode model = JSON.readTree(TokenizerJson.published()).path("model");
    JSON.writeValue(dir.resolve("vocab.json").toFile(), model.path("vocab"));
    List<String> lines = new ArrayList<>(List.of("#version: 0.2"));
    model.path("merges").forEach(m -> lines.add(m.asText()));
    Files.write(dir.resolve("merges.txt"), lines);
    try (ClipTokenizer tokenizer = ClipTokenizer.of(new FileSet.OnDisk(dir), PUBLISHED)) {
      assertGolden(tokenizer);
    }
  }

  private static void assertGolden(ClipTokenizer tokenizer) throws IOException {
    for (JsonNode n : JSON.readTree(Golden.file("tokenizer.json").toFile())) {
      int[] ids = JSON.convertValue(n.path("ids"), int[].class);
      assertThat(tokenizer.encode(n.path("text").asText()))
          .as(n.path("text").asText())
          .containsExactly(ids);
    }
  }

  @Test
  void paddingTruncationAndErrorsAreAsInClip(@TempDir Path empty) {
    String longText = "metal ".repeat(90);
    try (ClipTokenizer tokenizer = ClipTokenizer.of(new FileSet.OnDisk(empty), PUBLISHED)) {
      int[] ids = tokenizer.encode(List.of("object"), false)[0];
      assertThat(ids).hasSize(77).startsWith(49406, 14115, 49407, 0).endsWith(0);
      int[] cut = tokenizer.encode(List.of(longText), true)[0];
      assertThat(cut).hasSize(77).startsWith(49406).endsWith(49407);
      assertThatThrownBy(() -> tokenizer.encode(List.of(longText), false))
          .isInstanceOf(HeadClipException.class)
          .hasMessageContaining("92 tokens, the backbone takes 77");
    }
  }

  @Test
  void aVocabularyOfAnotherSizeNeedsItsFiles(@TempDir Path empty) {
    ClipConfig small = new ClipConfig(TOWER, 224, 32, TOWER, 77, 600, 64);
    assertThatThrownBy(() -> ClipTokenizer.of(new FileSet.OnDisk(empty), small))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining("no tokenizer, expected tokenizer.json");
  }
}
