package dev.headclip.map;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RegionsTest {
  @Test
  void neighboursOverCornersBelongTogetherAndBoxesAreInImagePixels() {
    float[] v = new float[36];
    v[0] = .9f;
    v[7] = .6f;
    v[35] = .7f;
    List<Region> r = Regions.of(new AnomalyMap(6, 6, v), .5, 12, 18);
    assertThat(r).hasSize(2);
    assertThat(r.get(0))
        .isEqualTo(new Region(0, 0, 4, 6, 2 / 36.0, .9f, (.9f + (double) .6f) / 2, 2, 3));
    assertThat(r.get(1)).isEqualTo(new Region(10, 15, 2, 3, 1 / 36.0, .7f, .7f, 11, 16.5));
  }

  @Test
  void nothingAboveTheThresholdMeansNoRegion() {
    assertThat(Regions.of(new AnomalyMap(2, 2, new float[4]), .5, 2, 2)).isEmpty();
  }
}
