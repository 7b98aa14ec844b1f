package dev.headclip.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.headclip.tensor.HostOps;
import dev.headclip.tensor.HostTensor;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MapOperatorTest {
  @ParameterizedTest
  @CsvSource({"1,7,4", "5,70,4", "3,10,0", "7,9,1.3", "14,224,4", "37,518,4", "9,5,2"})
  void oneProductEqualsUpsamplingThenFiltering(int grid, int size, double sigma) {
    SplittableRandom r = new SplittableRandom(grid);
    float[] patches = new float[grid * grid];
    for (int i = 0; i < patches.length; i++) {
      patches[i] = (float) r.nextDouble();
    }
    AnomalyMap plain =
        new GaussianFilter(sigma).apply(new AnomalyMap(grid, grid, patches).resize(size, size));
    HostTensor fast =
        new MapOperator(grid, size, sigma)
            .record(new HostOps(), HostTensor.of(patches, 1, patches.length));
    assertThat(fast.shape()).containsExactly(1, size, size);
    for (int i = 0; i < size * size; i++) {
      assertThat(fast.data()[i]).isCloseTo(plain.values()[i], within(2e-6f));
    }
  }

  @Test
  void gaussianEqualsScipy() {
    float[] v = new float[1600];
    v[0] = 1;
    v[20 * 40 + 20] = 1;
    AnomalyMap out = new GaussianFilter(4).apply(new AnomalyMap(40, 40, v));
    assertThat(out.at(0, 0)).isCloseTo(.03857671f, within(1e-8f));
    assertThat(out.at(20, 20)).isCloseTo(.009947888f, within(1e-8f));
    assertThat(out.at(36, 20)).isCloseTo(3.3371446e-6f, within(1e-11f));
    assertThat(out.at(37, 20)).isZero();
    double total = 0;
    for (float f : out.values()) {
      total += f;
    }
    assertThat(total).isCloseTo(2, within(1e-5));
  }

  @Test
  void bilinearEqualsTorch() {
    AnomalyMap row = new AnomalyMap(3, 1, new float[] {0, 1, 4}).resize(7, 1);
    float[] expected = {0, .142857f, .571429f, 1, 2.285714f, 3.571429f, 4};
    for (int i = 0; i < 7; i++) {
      assertThat(row.values()[i]).isCloseTo(expected[i], within(1e-6f));
    }
  }

  @Test
  void theQuickWayGivesThePlainProductsToTheBit() {
    MapOperator m = new MapOperator(5, 23, 2.5);
    HostOps ops = new HostOps();
    SplittableRandom r = new SplittableRandom(3);
    HostTensor patches = HostTensor.zeros(3, 25);
    for (int i = 0; i < patches.data().length; i++) {
      patches.data()[i] = (float) r.nextDouble();
    }
    HostTensor rows = ops.linear(patches.reshape(3, 5, 5), m.matrix());
    HostTensor columns = ops.linear(ops.transpose(rows, 0, 2, 1), m.matrix());
    assertThat(m.record(ops, patches)).isEqualTo(ops.transpose(columns, 0, 2, 1));
  }
}
