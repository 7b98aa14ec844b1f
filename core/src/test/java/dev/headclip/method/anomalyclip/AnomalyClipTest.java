package dev.headclip.method.anomalyclip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.TokenIds;
import dev.headclip.method.Imported;
import dev.headclip.method.MethodConfig;
import dev.headclip.method.Recipe;
import dev.headclip.method.prompt.LearnedPrompts;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import dev.headclip.testing.AnomalyClipGolden;
import dev.headclip.testing.Baselines;
import dev.headclip.testing.Golden;
import dev.headclip.tokenizer.ClipTokenizer;
import dev.headclip.weights.FileSet;
import dev.headclip.weights.SafetensorsFile;
import dev.headclip.weights.SafetensorsWriter;
import dev.headclip.weights.TorchArchive;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnomalyClipTest {
  private final AnomalyClip method = new AnomalyClip();

  /** Full-size and tiny samples in the authors' format, and a real one of a descendant's. */
  @ParameterizedTest
  @ValueSource(strings = {"anomalyclip_official", "crane/epoch_5"})
  void checkpointsAreImportedToTheBit(String name) throws IOException {
    JsonNode expected =
        new ObjectMapper().readTree(Baselines.path("checkpoints/" + name + ".json").toFile());
    try (TorchArchive file = TorchArchive.open(Baselines.path("checkpoints/" + name + ".pth"))) {
      Imported found = method.imported(file).orElseThrow();
      assertThat(found.backbone()).contains(Golden.published());
      Tensors<HostTensor> learned = found.learned();
      int words = 0;
      for (String n : learned.names()) {
        JsonNode e = expected.path(AnomalyClipGolden.official(n));
        assertThat(sha(learned.get(n))).as(n).isEqualTo(e.path("sha256").asText());
        words++;
      }
      long deep =
          java.util.stream.StreamSupport.stream(
                  java.util.Spliterators.spliteratorUnknownSize(expected.fieldNames(), 0), false)
              .filter(n -> n.startsWith("compound_prompts_text."))
              .count();
      assertThat(words).isEqualTo(2 + (int) deep);
      MethodConfig<?> c = MethodConfig.of(method, Golden.published()).withTensors(learned);
      assertThat(c.learned(Golden.published()).stream().map(l -> l.name()))
          .containsExactlyElementsOf(learned.names());
    }
  }

  private static String sha(HostTensor t) {
    ByteBuffer b = ByteBuffer.allocate(4 * t.data().length).order(ByteOrder.LITTLE_ENDIAN);
    b.asFloatBuffer().put(t.data());
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(b.array()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void theTinyCheckpointHoldsTheGoldenNumbers() {
    try (TorchArchive file =
        TorchArchive.open(Baselines.path("checkpoints/anomalyclip_tiny.pth"))) {
      assertThat(method.imported(file).orElseThrow().learned())
          .isEqualTo(AnomalyClipGolden.of(true).learned());
    }
  }

  @Test
  void othersCheckpointsAreNotTakenForIts(@TempDir Path dir) {
    Path other = dir.resolve("o.safetensors");
    SafetensorsWriter.write(other, Map.of("weight", HostTensor.zeros(2, 2)), Map.of(), false);
    try (SafetensorsFile f = SafetensorsFile.open(other)) {
      assertThat(method.imported(f)).isEmpty();
    }
    Path several = dir.resolve("s.safetensors");
    SafetensorsWriter.write(
        several,
        Map.of(
            "prompt_learner.ctx_pos",
            HostTensor.zeros(3, 1, 12, 8),
            "prompt_learner.ctx_neg",
            HostTensor.zeros(3, 1, 12, 8)),
        Map.of(),
        false);
    try (SafetensorsFile f = SafetensorsFile.open(several)) {
      assertThatThrownBy(() -> method.imported(f))
          .hasMessageContaining("shape [3,1,12,8], expected [1,1,words,width]");
    }
  }

  @Test
  void promptsHaveTheIdsOfClipsVocabulary() {
    Baselines golden = AnomalyClipGolden.of(true).golden();
    ClipConfig published = Golden.published();
    AnomalyClipSettings s = method.defaults(published);
    ClipTokenizer tokenizer = ClipTokenizer.of(new FileSet.InMemory("none", Map.of()), published);
    TokenIds ids = tokenizer.encode(LearnedPrompts.sentences(s.prompts()));
    int[][] expected = golden.ids("clip_ids");
    for (int i = 0; i < 2; i++) {
      int n = ids.eot()[i] + 1;
      assertThat(java.util.Arrays.copyOf(ids.ids()[i], n))
          .containsExactly(java.util.Arrays.copyOf(expected[i], n));
    }
  }

  @Test
  void presetsAreThePublishedConfigurations() {
    ClipConfig published = Golden.published();
    Recipe r = Recipe.of("anomalyclip", published);
    AnomalyClipSettings plain = (AnomalyClipSettings) r.method().settings();
    assertThat(plain.csa()).hasToString("6-24");
    assertThat(plain.prompts().deep().halfRound()).isTrue();
    assertThat(plain.prompts().deep().tensors()).isEqualTo(8);
    assertThat(r.scores().lambda()).isZero();
    AnomalyClipSettings official = settings(r.preset("official", published));
    assertThat(official.outputLayers()).containsExactly(24);
    assertThat(official.localLossWeight()).isEqualTo(4);
    AnomalyClipSettings paper = settings(r.preset("paper", published));
    assertThat(paper.outputLayers()).containsExactly(6, 12, 18, 24);
    assertThat(paper.localLossWeight()).isEqualTo(1);
    AnomalyClipSettings aliased = settings(r.preset("aliased", published));
    assertThat(aliased.outputLayers()).isEqualTo(List.of(24, 24, 24, 24));
    assertThatThrownBy(() -> r.preset("old", published))
        .hasMessageContaining("expected one of [aliased, official, paper]");
  }

  private static AnomalyClipSettings settings(Recipe r) {
    return (AnomalyClipSettings) r.method().settings();
  }
}
