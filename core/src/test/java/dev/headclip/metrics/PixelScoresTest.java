package dev.headclip.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.tensor.HostTensor;
import dev.headclip.testing.Golden;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PixelScoresTest {
  @Test
  void goldenFiguresOfBothProtocols() throws IOException {
    Map<String, HostTensor> t = Golden.tensors("metrics.safetensors");
    for (JsonNode n : new ObjectMapper().readTree(Golden.file("metrics.json").toFile())) {
      String name = n.path("name").asText();
      if (!name.startsWith("pixel")) {
        continue;
      }
      HostTensor maps = t.get(name + ".maps");
      try (PixelScores p = new PixelScores()) {
        int size = maps.size(1);
        for (int i = 0; i < maps.size(0); i++) {
          p.add(image(maps, i), mask(image(t.get(name + ".masks"), i)), size, size);
        }
        LevelFigures exact = p.figures(Protocol.EXACT);
        for (Figure f : Level.PIXEL.figures()) {
          assertThat(exact.get(f).orElseThrow())
              .as(name + " " + f)
              .isCloseTo(n.path(f.key()).asDouble(), within(1e-6));
        }
        assertThat(p.figures(Protocol.PAPER).get(Figure.AUPRO).orElseThrow())
            .as(name)
            .isCloseTo(n.path("aupro_200_steps").asDouble(), within(1e-6));
      }
    }
  }

  private static float[] image(HostTensor t, int i) {
    int n = t.size(1) * t.size(2);
    return Arrays.copyOfRange(t.data(), i * n, (i + 1) * n);
  }

  private static byte[] mask(float[] values) {
    byte[] m = new byte[values.length];
    for (int i = 0; i < m.length; i++) {
      m[i] = (byte) (values[i] != 0 ? 1 : 0);
    }
    return m;
  }

  /** The hand case of docs/spec/metrics.md section 6. */
  @Test
  void theHandComputedCaseWithADiagonalComponent() {
    float[][] maps = new float[2][36];
    byte[][] masks = new byte[2][36];
    for (int i : new int[] {0, 7, 8, 28, 29, 34}) {
      masks[0][i] = 1;
    }
    for (int i : new int[] {14, 15, 16}) {
      masks[1][i] = 1;
    }
    for (int idx = 0; idx < 72; idx++) {
      double base = (idx * 29 % 72) / 71.0;
      int m = masks[idx / 36][idx % 36];
      maps[idx / 36][idx % 36] = (float) Math.min(1, 0.6 * base + 0.4 * m * (idx % 3 + 1) / 3);
    }
    try (PixelScores p = new PixelScores()) {
      p.add(maps[0], masks[0], 6, 6);
      p.add(maps[1], masks[1], 6, 6);
      LevelFigures exact = p.figures(Protocol.EXACT);
      check(exact, Figure.AUROC, .8218694885361552);
      check(exact, Figure.AP, .6145607266296921);
      check(exact, Figure.F1MAX, .6153846153846153);
      LevelFigures paper = p.figures(Protocol.PAPER);
      check(paper, Figure.F1MAX, .6153846101775148);
      check(paper, Figure.IOUMAX, .4444444439506172);
      check(paper, Figure.AUPRO, .5709876543209876);
      double sum = 0;
      for (Figure f : Level.PIXEL.figures()) {
        sum += paper.get(f).orElseThrow();
      }
      check(paper, Figure.MAD, sum / 5);
    }
  }

  private static void check(LevelFigures f, Figure which, double expected) {
    assertThat(f.get(which).orElseThrow()).as(which.name()).isCloseTo(expected, within(1e-6));
  }

  @Test
  void agreesWithThePlainDefinitionOnRandomMapsOfOddSizesInMemoryAndSpilled() {
    SplittableRandom r = new SplittableRandom(3);
    for (int round = 0; round < 40; round++) {
      int w = 1 + r.nextInt(40);
      int h = 1 + r.nextInt(40);
      int n = 1 + r.nextInt(4);
      // few distinct values: many ties; some negative
      int levels = round % 2 == 0 ? 5 : 1_000_000;
      float[][] maps = new float[n][w * h];
      byte[][] masks = new byte[n][w * h];
      for (int i = 0; i < n; i++) {
        for (int k = 0; k < w * h; k++) {
          maps[i][k] = (r.nextInt(levels) - levels / 3) / (float) levels;
          masks[i][k] = (byte) (r.nextInt(4) == 0 ? 255 : 0);
        }
      }
      for (long inMemory : new long[] {0, 1L << 30}) {
        try (PixelScores p = new PixelScores(inMemory)) {
          for (int i = 0; i < n; i++) {
            p.add(maps[i], masks[i], w, h);
          }
          PlainFigures plain = new PlainFigures(maps, masks, w, h);
          for (Protocol protocol : Protocol.values()) {
            LevelFigures found = p.figures(protocol);
            plain
                .figures(protocol)
                .forEach(
                    (f, v) ->
                        assertThat(found.get(f).orElse(Double.NaN))
                            .as("%s %s %dx%dx%d", protocol, f, n, h, w)
                            .isCloseTo(v, within(1e-9)));
          }
        }
      }
    }
  }

  @Test
  void aSpilledClassGivesTheSameFigures() {
    SplittableRandom r = new SplittableRandom(9);
    int w = 700;
    try (PixelScores memory = new PixelScores(1L << 30);
        PixelScores disk = new PixelScores(0)) {
      for (int i = 0; i < 3; i++) {
        float[] map = new float[w * w];
        byte[] mask = new byte[w * w];
        for (int k = 0; k < map.length; k++) {
          map[k] = (float) r.nextDouble();
          mask[k] = (byte) (k / w % 50 < 5 && k % 90 < 9 ? 1 : 0);
        }
        memory.add(map, mask, w, w);
        disk.add(map, mask, w, w);
      }
      for (Protocol p : Protocol.values()) {
        assertThat(disk.figures(p)).isEqualTo(memory.figures(p));
      }
    }
  }

  @Test
  void oneLabelGivesNothingAndConstantMapsNoAupro() {
    try (PixelScores p = new PixelScores()) {
      p.add(new float[4], new byte[4], 2, 2);
      assertThat(p.figures(Protocol.EXACT).values()).isEmpty();
      p.add(new float[4], new byte[] {1, 1, 1, 1}, 2, 2);
      assertThat(p.figures(Protocol.EXACT).get(Figure.AUROC)).hasValue(.5);
      assertThat(p.figures(Protocol.PAPER).get(Figure.AUPRO)).isEmpty();
    }
  }

  @Test
  void nanAndWrongSizesAreRefused() {
    try (PixelScores p = new PixelScores()) {
      assertThatThrownBy(() -> p.add(new float[] {Float.NaN}, new byte[1], 1, 1))
          .hasMessageContaining("NaN");
      assertThatThrownBy(() -> p.add(new float[2], new byte[2], 3, 1))
          .hasMessageContaining("2 values");
    }
  }
}
