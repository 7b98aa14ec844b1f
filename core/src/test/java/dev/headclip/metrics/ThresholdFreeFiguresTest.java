package dev.headclip.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.tensor.HostTensor;
import dev.headclip.testing.Golden;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ThresholdFreeFiguresTest {
  @Test
  void goldenFigures() throws IOException {
    Map<String, HostTensor> t = Golden.tensors("metrics.safetensors");
    for (JsonNode n : new ObjectMapper().readTree(Golden.file("metrics.json").toFile())) {
      String name = n.path("name").asText();
      boolean image = name.startsWith("image");
      double[] scores = doubles(t.get(name + (image ? ".scores" : ".maps")).data());
      float[] labels = t.get(name + (image ? ".labels" : ".masks")).data();
      assertThat(Auroc.of(scores, truth(labels)).orElseThrow())
          .as(name)
          .isCloseTo(n.path("auroc").asDouble(), within(1e-6));
      PrecisionRecall curve = PrecisionRecall.of(scores, truth(labels)).orElseThrow();
      assertThat(curve.ap()).as(name).isCloseTo(n.path("ap").asDouble(), within(1e-6));
      assertThat(curve.f1max()).as(name).isCloseTo(n.path("f1max").asDouble(), within(1e-6));
    }
  }

  private static double[] doubles(float[] values) {
    double[] all = new double[values.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = values[i];
    }
    return all;
  }

  @Test
  void scoresThatFloatsWouldTieAreRankedAsGiven() {
    double[] scores = {1e-60, 2e-60, 1e60, 1 + 1e-12, 1};
    boolean[] labels = {false, true, true, true, false};
    assertThat(Auroc.of(scores, labels).orElseThrow()).isCloseTo(5 / 6.0, within(1e-12));
  }

  private static boolean[] truth(float[] labels) {
    boolean[] b = new boolean[labels.length];
    for (int i = 0; i < b.length; i++) {
      b[i] = labels[i] != 0;
    }
    return b;
  }

  @Test
  void handComputedCaseWithTies() {
    double[] scores = {.1, .4, .4, .8, .8, .9};
    boolean[] labels = {false, false, true, true, false, true};
    assertThat(Auroc.of(scores, labels).orElseThrow()).isCloseTo(7 / 9.0, within(1e-12));
    PrecisionRecall curve = PrecisionRecall.of(scores, labels).orElseThrow();
    assertThat(curve.ap()).isCloseTo(.7555556, within(1e-7));
    // all from .4 on: precision 3/5, recall 1; at .8: 2/3 and 2/3
    assertThat(curve.f1max()).isCloseTo(.75, within(1e-12));
    assertThat(curve.threshold()).isCloseTo(.4, within(1e-7));
  }

  @Test
  void negativeZeroTiesWithZeroAndNegativesSort() {
    assertThat(Auroc.of(new double[] {-0.0, 0}, new boolean[] {false, true}).orElseThrow())
        .isEqualTo(.5);
    assertThat(Auroc.of(new double[] {-2, -1}, new boolean[] {false, true}).orElseThrow())
        .isEqualTo(1);
  }

  @Test
  void oneLabelAloneHasNoFigure() {
    assertThat(Auroc.of(new double[] {1, 2}, new boolean[] {true, true})).isEmpty();
  }

  @Test
  void nanIsRefused() {
    assertThatThrownBy(() -> Auroc.of(new double[] {Double.NaN}, new boolean[1]))
        .hasMessageContaining("NaN");
  }
}
