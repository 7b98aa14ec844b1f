package dev.headclip.pretrain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headclip.clip.ClipConfig;
import dev.headclip.synth.BpeLearner;
import dev.headclip.synth.Captions;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tokenizer.ClipTokenizer;
import dev.headclip.tokenizer.TokenizerJson;
import dev.headclip.weights.FileSet;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OtherWordsTest {
  private static ClipConfig config(int vocabulary) {
    ClipConfig c = StarterShape.config(64);
    return new ClipConfig(
        c.vision(), c.imageSize(), c.patchSize(), c.text(), c.context(), vocabulary, c.embed());
  }

  private static ClipTokenizer tokenizer(List<String> merges) {
    byte[] json = TokenizerJson.of(merges).getBytes(StandardCharsets.UTF_8);
    return ClipTokenizer.of(
        new FileSet.InMemory("words", Map.of("tokenizer.json", json)), config(514 + merges.size()));
  }

  private static HostTensor rows(int vocabulary, float from) {
    HostTensor t = HostTensor.zeros(vocabulary, 2);
    for (int i = 0; i < t.data().length; i++) {
      t.data()[i] = from + i;
    }
    return t;
  }

  @Test
  void wordsThatBothKnowKeepWhatWasLearnedAndOthersStartAnew() {
    List<String> few = BpeLearner.merges(List.of("a photo of an object with damage"));
    List<String> all = BpeLearner.merges(Captions.corpus());
    ClipTokenizer was = tokenizer(few);
    ClipTokenizer now = tokenizer(all);
    HostTensor old = rows(514 + few.size(), 0);
    HostTensor fresh = rows(514 + all.size(), 1e6f);
    HostTensor untouched = rows(514 + all.size(), 1e6f);

    HostTensor carried = OtherWords.carried(old, was, fresh, now);

    for (String word : List.of("photo", "object", "damage")) {
      assertThat(row(carried, now.encode(word)[1]))
          .as(word)
          .containsExactly(row(old, was.encode(word)[1]));
    }
    int start = now.encode("photo")[0];
    assertThat(row(carried, start)).containsExactly(row(old, was.encode("photo")[0]));
    int rust = now.encode("rust")[1];
    assertThat(row(carried, rust)).containsExactly(row(untouched, rust));
    assertThat(row(carried, 'x')).containsExactly(row(old, 'x'));
  }

  @Test
  void networksOfOtherSizesAreNotAlike() {
    assertThat(OtherWords.alike(config(600), config(700))).isTrue();
    assertThat(OtherWords.alike(StarterShape.config(80), config(700))).isFalse();
  }

  private static float[] row(HostTensor t, int i) {
    return java.util.Arrays.copyOfRange(t.data(), 2 * i, 2 * i + 2);
  }
}
