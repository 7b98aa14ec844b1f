package dev.headclip.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Each image in one share, large ones alone and first. */
class SharesTest {
  private static ImageFile image(int i, long length) {
    return new ImageFile("file:/a/%06d.png".formatted(i), 1, length, "a");
  }

  @Test
  void aHugeImageAmongThumbnailsIsAloneAndFirst() {
    List<ImageFile> all = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      all.add(image(i, 8_000));
    }
    all.add(250, image(999, 400_000_000));
    List<List<ImageFile>> shares = Shares.of(all, 2, 1000);
    assertThat(shares.get(0)).containsExactly(image(999, 400_000_000));
    assertThat(shares.stream().skip(1).mapToInt(List::size).max().orElse(0)).isLessThan(501);
  }

  @Test
  void everyImageIsInOneShareWhateverTheSizes() {
    Random random = new Random(5);
    for (int round = 0; round < 200; round++) {
      List<ImageFile> all = new ArrayList<>();
      int n = 1 + random.nextInt(300);
      for (int i = 0; i < n; i++) {
        all.add(image(i, (long) Math.exp(random.nextDouble() * 20)));
      }
      int most = 1 + random.nextInt(40);
      List<List<ImageFile>> shares = Shares.of(all, 1 + random.nextInt(8), most);
      assertThat(shares.stream().flatMap(List::stream)).containsExactlyInAnyOrderElementsOf(all);
      assertThat(shares).allMatch(s -> !s.isEmpty() && s.size() <= most);
    }
  }

  @Test
  void alikeImagesMakeEvenShares() {
    List<ImageFile> all = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      all.add(image(i, 50_000));
    }
    List<List<ImageFile>> shares = Shares.of(all, 4, 1000);
    assertThat(shares.size()).isBetween(16, 18);
    assertThat(shares.stream().limit(shares.size() - 1L)).allMatch(s -> s.size() >= 58);
  }
}
