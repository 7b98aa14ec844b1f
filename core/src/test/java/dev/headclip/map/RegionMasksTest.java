package dev.headclip.map;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RegionMasksTest {
  @Test
  void runsGoDownTheColumnsAndBeginOutside() {
    // one pixel at (1,0), two at (2,1) and (2,2): joined over a corner
    float[] v = new float[12];
    v[1] = .6f;
    v[6] = .8f;
    v[10] = 1;
    List<RegionMasks.Mask> found = RegionMasks.of(new AnomalyMap(4, 3, v), .5);
    assertThat(found).hasSize(1);
    RegionMasks.Mask m = found.get(0);
    assertThat(m.counts()).containsExactly(3, 1, 3, 2, 3);
    assertThat(m.area()).isEqualTo(3);
    assertThat(List.of(m.x(), m.y(), m.width(), m.height())).containsExactly(1, 0, 2, 3);
    assertThat(m.score()).isEqualTo((.6f + (double) .8f + 1) / 3);
  }

  @Test
  void allRegionsTogetherAreThePixelsAboveTheThreshold() {
    SplittableRandom r = new SplittableRandom(4);
    float[] v = new float[37 * 23];
    for (int i = 0; i < v.length; i++) {
      v[i] = r.nextInt(100) < 35 ? 1 : 0;
    }
    int[] covered = new int[v.length];
    for (RegionMasks.Mask m : RegionMasks.of(new AnomalyMap(37, 23, v), .5)) {
      int at = 0;
      int area = 0;
      for (int i = 0; i < m.counts().size(); i++) {
        for (int k = 0; k < m.counts().get(i); k++, at++) {
          covered[at % 23 * 37 + at / 23] += i % 2;
          area += i % 2;
        }
      }
      assertThat(at).isEqualTo(v.length);
      assertThat(area).isEqualTo(m.area());
    }
    for (int i = 0; i < v.length; i++) {
      assertThat((float) covered[i]).isEqualTo(v[i]);
    }
  }
}
