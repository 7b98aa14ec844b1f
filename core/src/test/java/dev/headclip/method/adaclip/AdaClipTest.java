package dev.headclip.method.adaclip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headclip.method.ClassName;
import dev.headclip.method.Imported;
import dev.headclip.method.Recipe;
import dev.headclip.tensor.HostOps;
import dev.headclip.tensor.HostTensor;
import dev.headclip.testing.AdaClipGolden;
import dev.headclip.testing.Baselines;
import dev.headclip.testing.Sentences;
import dev.headclip.testing.TinyModel;
import dev.headclip.weights.TensorSource;
import dev.headclip.weights.TorchArchive;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AdaClipTest {
  @Test
  void sentencesAreTheAuthors() {
    AdaClipGolden golden = new AdaClipGolden(true);
    JsonNode digests = golden.golden().settings().path("sentences_sha256");
    for (int i = 0; i < golden.images(); i++) {
      ClassName name = golden.name(i);
      JsonNode both = digests.path(name.text());
      assertThat(Sentences.digest(AdaClipSentences.of(name).normal()))
          .isEqualTo(both.path(0).asText());
      assertThat(Sentences.digest(AdaClipSentences.of(name).abnormal()))
          .isEqualTo(both.path(1).asText());
      Sentences.haveIds(AdaClipSentences.of(name).all(), golden.golden().ids("clip_ids." + i));
    }
  }

  @Test
  void theAuthorsCheckpointHoldsTheLearnedNumbersAndShowsItsSettings() {
    AdaClipGolden golden = new AdaClipGolden(true);
    try (TensorSource file = TorchArchive.open(Baselines.path("checkpoints/adaclip_tiny.pth"))) {
      Imported found = new AdaClip().imported(file).orElseThrow();
      assertThat(found.backbone()).isEmpty();
      assertThat(found.learned().named()).isEqualTo(golden.learned().named());
      Recipe other =
          TinyModel.recipe("adaclip").with(Map.of("prompt_length", 2, "prompt_depth", 1));
      assertThat(other.method().withTensors(found.learned()).json().path("prompt_length").asInt())
          .isEqualTo(golden.golden().settings().path("prompt_length").asInt());
      assertThat(other.method().withTensors(found.learned()).json().path("prompt_depth").asInt())
          .isEqualTo(golden.golden().settings().path("prompt_depth").asInt());
    }
  }

  @Test
  void theMostAbnormalPatchesAreClusteredBestFirst() {
    AdaClipGolden golden = new AdaClipGolden(false);
    HostOps ops = new HostOps();
    JsonNode settings = golden.golden().settings();
    SemanticFusion fusion =
        new SemanticFusion(settings.path("hsf_clusters").asInt(), SemanticFusion.kMeans(1));
    for (int i = 0; i < golden.images(); i++) {
      HostTensor sum = HostTensor.zeros(1);
      for (JsonNode layer : settings.path("output_layers_1based")) {
        String name = golden.named("logits." + layer.asInt() + "." + i);
        sum = ops.add(sum, golden.golden().get(name));
      }
      float[] margins = new float[sum.size(1)];
      for (int p = 0; p < margins.length; p++) {
        margins[p] = sum.data()[2 * p + 1] - sum.data()[2 * p];
      }
      HostTensor tokens = golden.golden().get(golden.named("hsf.tokens." + i));
      assertThat(Arrays.stream(fusion.ranked(margins)).asDoubleStream().toArray())
          .containsExactly(
              IntStream.range(0, tokens.data().length)
                  .mapToDouble(k -> tokens.data()[k])
                  .toArray());
    }
  }

  @Test
  void kMeansFindsWhatLiesApartAndIsTheSameEveryTime() {
    SplittableRandom r = new SplittableRandom(1);
    double[][] points = new double[60][];
    for (int i = 0; i < points.length; i++) {
      points[i] = new double[] {10 * (i % 3) + r.nextDouble(), 5 * (i % 3) + r.nextDouble()};
    }
    int[] found = SemanticFusion.kMeans(7).of(points, 3);
    for (int i = 0; i < points.length; i++) {
      assertThat(found[i]).isEqualTo(found[i % 3]);
    }
    assertThat(IntStream.range(0, 3).map(i -> found[i]).distinct().count()).isEqualTo(3);
    assertThat(SemanticFusion.kMeans(7).of(points, 3)).containsExactly(found);
  }

  @Test
  void patchesThatAreAllAlikeGiveAFeatureAndNoNaN() {
    SemanticFusion fusion = new SemanticFusion(4, SemanticFusion.kMeans(1));
    HostTensor margins = HostTensor.filled(0.5f, 1, 30);
    HostTensor layer = HostTensor.filled(0.25f, 1, 30, 16);
    float[] weights = fusion.weights(List.of(margins, layer, layer)).data();
    double sum = 0;
    for (float w : weights) {
      assertThat(w).isBetween(0f, 1f);
      sum += w;
    }
    assertThat(sum).isCloseTo(1, within(1e-5));
  }

  @Test
  void eachClusterCountsTheSameAndInItEachMember() {
    SemanticFusion fusion = new SemanticFusion(2, (points, k) -> new int[] {0, 0, 0, 1});
    HostTensor margins = HostTensor.of(new float[] {1, 4, 2, 3}, 1, 4);
    HostTensor layer = HostTensor.zeros(1, 4, 2);
    // best first: 1, 3, 2, 0
    assertThat(fusion.weights(List.of(margins, layer)).data())
        .containsExactly(0.5f, 1 / 6f, 1 / 6f, 1 / 6f);
  }

  @Test
  void settingsThatTheBackboneDoesNotHaveAreRefused() {
    Recipe r = TinyModel.recipe("adaclip");
    assertThatThrownBy(() -> r.method().with("prompt_depth", 900).check(TinyModel.config()))
        .hasMessageContaining("prompt_depth")
        .hasMessageContaining("layers");
    assertThatThrownBy(() -> r.method().with("output_layers", "2,1").check(TinyModel.config()))
        .hasMessageContaining("output_layers");
  }
}
