package dev.headclip.method.anovl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headclip.image.Normalization;
import dev.headclip.image.RgbImage;
import dev.headclip.method.ClassName;
import dev.headclip.method.Recipe;
import dev.headclip.tensor.Compute;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import dev.headclip.testing.AnoVlGolden;
import dev.headclip.testing.Sentences;
import dev.headclip.testing.TinyModel;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnoVlTest {
  @Test
  void sentencesAreTheAuthors() {
    AnoVlGolden golden = new AnoVlGolden();
    JsonNode digests = golden.golden().settings().path("sentences_sha256");
    assertThat(Sentences.digest(AnoVlSentences.of(golden.name()).normal()))
        .isEqualTo(digests.path(0).asText());
    assertThat(Sentences.digest(AnoVlSentences.of(golden.name()).abnormal()))
        .isEqualTo(digests.path(1).asText());
    Sentences.haveIds(AnoVlSentences.of(golden.name()).all(), golden.golden().ids("clip_ids"));
  }

  @Test
  void texturesHaveSentencesOfTheirOwn() {
    List<String> wood = AnoVlSentences.of(new ClassName("wood")).normal();
    assertThat(wood).hasSize(462).contains("a cropped surface picture of the normal wood");
    assertThat(AnoVlSentences.of(new ClassName("macaroni2")).abnormal())
        .contains("a manufacturing image of a damaged macaroni");
  }

  @ParameterizedTest
  @CsvSource({"80,56,2", "56,80,2", "56,56,1", "57,56,2", "200,56,4", "10,1000,100"})
  void tilesCoverEveryPixelOnceInTheMean(int width, int height, int count) {
    Tiles tiles = Tiles.of(width, height, 56);
    assertThat(tiles.count()).isEqualTo(count);
    int[] offsets = tiles.offsets();
    assertThat(offsets[0]).isZero();
    assertThat(offsets[offsets.length - 1]).isEqualTo(tiles.length() - 56);
    HostTensor ones = HostTensor.filled(1, 56, 1);
    float[] sum = new float[tiles.length()];
    for (HostTensor t : tiles.placed(ones)) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += t.data()[i];
      }
    }
    for (float s : sum) {
      assertThat(s).isCloseTo(1, within(1e-6f));
    }
  }

  @Test
  void anImageAsBroadAsLongIsOneTile() {
    RgbImage image = new RgbImage(90, 90, new byte[3 * 90 * 90]);
    Normalization n = new Normalization(new float[] {0, 0, 0}, new float[] {1, 1, 1});
    assertThat(new TileViews(56).of(image, n)).hasDimensions(1, 3 * 56 * 56);
    assertThat(new ManyViews(56).of(image, n)).hasDimensions(22, 3 * 56 * 56);
  }

  private static Tensors<HostTensor> tokens(int seed, int n, int width) {
    SplittableRandom r = new SplittableRandom(seed);
    HostTensor t = HostTensor.zeros(1, n, width);
    for (int i = 0; i < t.data().length; i++) {
      t.data()[i] = (float) r.nextGaussian();
    }
    return Tensors.of("tokens", t, "global_score", HostTensor.filled(0.5f, 1));
  }

  private static TokenAdaptation adaptation(Map<String, Object> settings) {
    Recipe r = TinyModel.recipe("anovl").with(settings);
    AnoVlSettings s = (AnoVlSettings) r.method().settings();
    return new TokenAdaptation(
        s, TinyModel.config(), Compute.plain(), () -> Draws.seeded(s.adaptSeed(), s.noise()));
  }

  @Test
  void carriedOverAnImageDependsOnTheOneBeforeAndResetItDoesNot() {
    int width = 8;
    int n = (int) Math.pow(TinyModel.config().grid(TinyModel.SIDE), 2);
    HostTensor text = tokens(1, 2, width).get("tokens").reshape(2, width);
    Tensors<HostTensor> words = Tensors.of("text", text);
    ClassName name = new ClassName("nut");
    for (String optimizer : List.of("carried", "reset")) {
      Map<String, Object> settings =
          Map.of("optimizer", optimizer, "adapt_target", "tokens", "views", "one");
      float[] alone =
          adaptation(settings).of(tokens(2, n, width), words, name, 1, 1).get("patches").data();
      TokenAdaptation both = adaptation(settings);
      both.of(tokens(3, n, width), words, name, 1, 1);
      float[] second = both.of(tokens(2, n, width), words, name, 1, 1).get("patches").data();
      assertThat(java.util.Arrays.equals(alone, second)).isEqualTo(optimizer.equals("reset"));
      assertThat(both.ordered()).isEqualTo(optimizer.equals("carried"));
      // another class begins anew
      float[] other =
          both.of(tokens(2, n, width), words, new ClassName("bolt"), 1, 1).get("patches").data();
      assertThat(other).containsExactly(alone);
    }
  }
}
