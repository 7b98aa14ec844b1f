package dev.headclip.method.winclip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headclip.backbone.Backbone;
import dev.headclip.clip.Windows;
import dev.headclip.method.ClassName;
import dev.headclip.tensor.HostOps;
import dev.headclip.tensor.HostTensor;
import dev.headclip.testing.Golden;
import dev.headclip.testing.Sentences;
import dev.headclip.testing.WinClipGolden;
import org.junit.jupiter.api.Test;

class WinClipTest {
  private static final String[] SIZES = {"large", "mid"};

  private final HostOps ops = new HostOps();

  @Test
  void sentencesAreThoseOfTheReimplementation() {
    WinClipGolden golden = new WinClipGolden();
    JsonNode digests = golden.golden().settings().path("sentences_sha256");
    for (int i = 0; i < golden.images(); i++) {
      ClassName name = golden.name(i);
      assertThat(Sentences.digest(WinClipSentences.of(name).normal()))
          .isEqualTo(digests.path(name.text()).path(0).asText());
      assertThat(Sentences.digest(WinClipSentences.of(name).abnormal()))
          .isEqualTo(digests.path(name.text()).path(1).asText());
    }
  }

  @Test
  void sentencesHaveTheIdsOfClipsVocabulary() {
    WinClipGolden golden = new WinClipGolden();
    for (int i = 0; i < golden.images(); i++) {
      Sentences.haveIds(
          WinClipSentences.of(golden.name(i)).all(), golden.golden().ids("clip_ids." + i));
    }
  }

  @Test
  void windowsLieWhereTheReimplementationPutsThem() {
    WinClipGolden golden = new WinClipGolden();
    try (Backbone b = golden.golden().backbone()) {
      WinClipSettings s = (WinClipSettings) golden.recipe(b).method().settings();
      for (int i = 0; i < SIZES.length; i++) {
        Windows w =
            new Windows(b.config().grid(s.imageSize()), s.windows().get(i), s.windowStride());
        int[][] expected = Golden.ids(golden.golden().get("windows." + SIZES[i]));
        assertThat(w.count()).isEqualTo(expected.length);
        for (int k = 0; k < expected.length; k++) {
          int[] row = new int[w.tokens()];
          System.arraycopy(expected[k], 0, row, 1, expected[k].length);
          assertThat(w.positions()).containsSubsequence(row);
          assertThat(
                  java.util.Arrays.copyOfRange(w.positions(), k * row.length, (k + 1) * row.length))
              .containsExactly(row);
        }
      }
    }
  }

  @Test
  void windowScoresBecomePatchScoresByTheHarmonicMean() {
    WinClipGolden golden = new WinClipGolden();
    for (int i = 0; i < SIZES.length; i++) {
      harmonic(golden, "window_scores." + SIZES[i], "patch_scores." + SIZES[i], i);
    }
    // a window's score of exactly 0 makes its patches 0, and no other
    harmonic(golden, "zero.window_scores.large", "zero.patch_scores.large", 0);
  }

  private void harmonic(WinClipGolden golden, String from, String to, int size) {
    try (Backbone b = golden.golden().backbone()) {
      WinClipSettings s = (WinClipSettings) golden.recipe(b).method().settings();
      Windows w =
          new Windows(b.config().grid(s.imageSize()), s.windows().get(size), s.windowStride());
      HostTensor scores = golden.golden().get(from);
      HostTensor found = Windows.reciprocal(ops, w.reciprocals(ops, scores), 1);
      Golden.assertClose(to, golden.golden().get(to), found.data(), 1e-5);
    }
  }

  @Test
  void patchesInNoWindowAreNotAnomalous() {
    Windows w = new Windows(5, 2, 3);
    assertThat(w.count()).isEqualTo(4);
    HostTensor scores = HostTensor.filled(0.5f, 1, 4);
    HostTensor found = Windows.reciprocal(ops, w.reciprocals(ops, scores), 1);
    for (int y = 0; y < 5; y++) {
      for (int x = 0; x < 5; x++) {
        boolean covered = x != 2 && y != 2;
        assertThat(found.data()[y * 5 + x]).isCloseTo(covered ? 0.5f : 0, within(1e-6f));
      }
    }
  }
}
