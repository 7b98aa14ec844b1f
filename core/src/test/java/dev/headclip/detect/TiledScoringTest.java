package dev.headclip.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.headclip.image.Tiling;
import dev.headclip.map.AnomalyMap;
import dev.headclip.method.Scores;
import dev.headclip.method.Scoring;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.Test;

class TiledScoringTest {
  private static final int NETWORK = 64;
  private static final int WIDTH = 300;
  private static final int HEIGHT = 170;

  private final Tiling tiling = Tiling.parse("64", false);
  private final List<Tiling.Part> parts = tiling.parts(WIDTH, HEIGHT, NETWORK);

  /** Gives each part's map as if it were cut from a slope over the whole image. */
  private final Scoring slope =
      (evidence, width, height) -> {
        Tiling.Part p = parts.get((int) evidence.get("which").data()[0]);
        float[] map = new float[NETWORK * NETWORK];
        for (int i = 0; i < map.length; i++) {
          map[i] = (p.x() + i % NETWORK + p.y() + i / NETWORK) / 1000f;
        }
        float score = evidence.get("which").data()[0] / 100;
        return new Scores(score, score / 2, score / 4, new AnomalyMap(NETWORK, NETWORK, map));
      };

  @Test
  void mapsAreBlendedWithoutSeamsAndTheHighestScoreCounts() {
    float[] which = new float[parts.size()];
    for (int i = 0; i < which.length; i++) {
      which[i] = i;
    }
    Scores s =
        new TiledScoring(tiling, slope, NETWORK)
            .of(Tensors.of("which", HostTensor.of(which, which.length, 1)), WIDTH, HEIGHT);
    assertThat(s.map().width()).isEqualTo(WIDTH);
    assertThat(s.map().height()).isEqualTo(HEIGHT);
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        assertThat(s.map().at(x, y)).isCloseTo((x + y) / 1000f, within(1e-5f));
      }
    }
    assertThat(s.score()).isCloseTo((parts.size() - 1) / 100.0, within(1e-6));
    assertThat(s.global()).isCloseTo(s.score() / 2, within(1e-6));
  }
}
