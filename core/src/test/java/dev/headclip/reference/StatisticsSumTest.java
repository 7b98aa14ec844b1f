package dev.headclip.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.headclip.tensor.Compute;
import dev.headclip.tensor.HostTensor;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Sums that do not know in which order their parts came. */
class StatisticsSumTest {
  private static final int WIDTH = 12;

  private static List<Statistics> images(int n, Random random) {
    List<Statistics> all = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      float[] x = new float[(3 + random.nextInt(60)) * WIDTH];
      for (int k = 0; k < x.length; k++) {
        // far from the origin, and of very different deviations
        x[k] = (float) (40 + k % WIDTH + random.nextGaussian() * Math.pow(10, -(k % WIDTH) / 3.0));
      }
      all.add(Statistics.of(HostTensor.of(x, x.length / WIDTH, WIDTH), Compute.plain()));
    }
    return all;
  }

  private static Statistics sum(List<Statistics> parts) {
    StatisticsSum sum = new StatisticsSum(WIDTH);
    parts.forEach(sum::add);
    return sum.total();
  }

  private static void assertSameBits(Statistics found, Statistics wanted) {
    assertThat(found.count()).isEqualTo(wanted.count());
    assertThat(found.mean()).isEqualTo(wanted.mean());
    assertThat(found.scatter()).isEqualTo(wanted.scatter());
  }

  @Test
  void anyOrderAndGroupingGivesTheSameBits() {
    Random random = new Random(3);
    List<Statistics> parts = images(200, random);
    Statistics wanted = sum(parts);
    for (int round = 0; round < 50; round++) {
      Collections.shuffle(parts, random);
      List<StatisticsSum> groups = new ArrayList<>();
      int at = 0;
      while (at < parts.size()) {
        int to = Math.min(parts.size(), at + 1 + random.nextInt(40));
        StatisticsSum some = new StatisticsSum(WIDTH);
        parts.subList(at, to).forEach(some::add);
        groups.add(some);
        at = to;
      }
      while (groups.size() > 1) {
        StatisticsSum one = groups.remove(random.nextInt(groups.size()));
        groups.get(random.nextInt(groups.size())).add(one);
      }
      assertSameBits(groups.get(0).total(), wanted);
    }
  }

  @Test
  void whatIsTakenAwayLeavesTheOthersToTheBit() {
    Random random = new Random(4);
    List<Statistics> parts = images(60, random);
    StatisticsSum some = new StatisticsSum(WIDTH);
    parts.subList(0, 20).forEach(some::add);
    StatisticsSum all = new StatisticsSum(WIDTH);
    parts.forEach(all::add);
    all.subtract(some);
    assertSameBits(all.total(), sum(parts.subList(20, 60)));
    assertThatThrownBy(() -> some.subtract(all)).hasMessageContaining("cannot be taken");
  }

  @Test
  void theTotalIsExactButForItsLastRounding() {
    List<Statistics> parts = images(30, new Random(5));
    Statistics found = sum(parts);
    for (int r = 0; r < WIDTH; r++) {
      for (int c = 0; c < WIDTH; c++) {
        double wanted = exact(parts, r, c);
        assertThat(found.scatter()[r * WIDTH + c]).isCloseTo(wanted, within(4 * Math.ulp(wanted)));
      }
    }
    Statistics merged = Statistics.none(WIDTH);
    for (Statistics s : parts) {
      merged = merged.plus(s);
    }
    for (int i = 0; i < merged.scatter().length; i++) {
      double scale = Math.abs(merged.scatter()[i]) + 1e-3;
      assertThat(found.scatter()[i]).isCloseTo(merged.scatter()[i], within(1e-9 * scale));
    }
  }

  /** In decimal numbers as long as they need. */
  private static double exact(List<Statistics> parts, int r, int c) {
    BigDecimal products = BigDecimal.ZERO;
    BigDecimal row = BigDecimal.ZERO;
    BigDecimal column = BigDecimal.ZERO;
    long count = 0;
    for (Statistics s : parts) {
      BigDecimal n = BigDecimal.valueOf(s.count());
      BigDecimal mr = new BigDecimal(s.mean()[r]);
      BigDecimal mc = new BigDecimal(s.mean()[c]);
      products =
          products
              .add(new BigDecimal(s.scatter()[r * s.width() + c]))
              .add(n.multiply(mr).multiply(mc));
      row = row.add(n.multiply(mr));
      column = column.add(n.multiply(mc));
      count += s.count();
    }
    MathContext digits = new MathContext(60);
    return products
        .subtract(row.multiply(column).divide(BigDecimal.valueOf(count), digits))
        .doubleValue();
  }
}
