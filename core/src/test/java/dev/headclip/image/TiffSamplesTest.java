package dev.headclip.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headclip.HeadClipException;
import dev.headclip.testing.TiffWriter;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every depth, reading, order and arrangement: value * 255 / (2^bits - 1). */
class TiffSamplesTest {
  private static final int W = 13;
  private static final int H = 7;

  private final ImageLoader loader = ImageLoader.defaults();

  static IntStream depths() {
    return IntStream.rangeClosed(1, 16);
  }

  private static TiffWriter.Page page(int bits, int samples) {
    SplittableRandom random = new SplittableRandom(bits * 10L + samples);
    int[] numbers = random.ints((long) W * H * samples, 0, 1 << bits).toArray();
    numbers[0] = (1 << bits) - 1;
    numbers[samples] = 0;
    return new TiffWriter.Page(W, H, numbers);
  }

  private static int expected(int value, int bits, int photometric) {
    int most = (1 << bits) - 1;
    return (int) Math.round((photometric == 0 ? most - value : value) * 255.0 / most);
  }

  @ParameterizedTest
  @MethodSource("depths")
  void greySamplesAreScaledByTheirOwnDepth(int bits) {
    TiffWriter.Page page = page(bits, 1);
    for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
      for (int photometric : new int[] {0, 1}) {
        for (int compression : new int[] {1, 8}) {
          RgbImage image =
              loader.decode(
                  new TiffWriter(bits, 1, photometric, false, order, compression, 1)
                      .write(List.of(page)));
          for (int i = 0; i < W * H; i++) {
            assertThat(image.at(i % W, i / W, 1))
                .as("%s, reading %d, compression %d, pixel %d", order, photometric, compression, i)
                .isEqualTo(expected(page.numbers()[i], bits, photometric));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("depths")
  void colourSamplesAreToo(int bits) {
    TiffWriter.Page page = page(bits, 3);
    for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
      for (boolean planar : new boolean[] {false, true}) {
        RgbImage image =
            loader.decode(new TiffWriter(bits, 3, 2, planar, order, 1, 1).write(List.of(page)));
        for (int i = 0; i < W * H * 3; i++) {
          assertThat(image.rgb()[i] & 0xff)
              .as("%s, planar %s, sample %d", order, planar, i)
              .isEqualTo(expected(page.numbers()[i], bits, 2));
        }
      }
    }
  }

  @Test
  void signedAndFloatingPointSamplesAreRefused() {
    for (int format : new int[] {2, 3}) {
      byte[] file =
          new TiffWriter(16, 1, 1, false, ByteOrder.BIG_ENDIAN, 1, format)
              .write(List.of(page(16, 1)));
      assertThatThrownBy(() -> loader.decode(file))
          .isInstanceOf(HeadClipException.class)
          .hasMessageContaining(format == 2 ? "signed" : "floating-point")
          .hasMessageContaining("expected unsigned integers");
    }
  }

  @Test
  void eachPageIsAPicture(@TempDir Path dir) throws Exception {
    TiffWriter grey = new TiffWriter(8, 1, 1, false, ByteOrder.LITTLE_ENDIAN, 1, 1);
    byte[] file =
        grey.write(
            List.of(
                new TiffWriter.Page(1, 1, new int[] {10}),
                new TiffWriter.Page(2, 1, new int[] {20, 30})));
    Path path = Files.write(dir.resolve("two.tif"), file);
    assertThat(loader.pages(path)).isEqualTo(2);
    Picture second = loader.picture(path, 2);
    assertThat(second.image().at(1, 0, 0)).isEqualTo(30);
    assertThat(second.page()).isEqualTo(new Page(2, 2, false));
    assertThatThrownBy(() -> loader.picture(path, 3)).hasMessage("no page 3, there are 2");
  }

  @Test
  void pagesAreCountedByTheirDirectoriesAlone(@TempDir Path dir) throws Exception {
    TiffWriter grey = new TiffWriter(16, 1, 1, false, ByteOrder.BIG_ENDIAN, 1, 1);
    TiffWriter.Page page = new TiffWriter.Page(200, 150, new int[200 * 150]);
    Path file =
        Files.write(dir.resolve("five.tif"), grey.write(List.of(page, page, page, page, page)));
    assertThat(loader.pages(file)).isEqualTo(5);
    // 300 kB, of which the directories and some strips' places lie in a few kB
    assertThat(Files.size(file)).isGreaterThan(300_000);
    assertThat(loader.picture(file, 5).page()).isEqualTo(new Page(5, 5, false));
  }

  @Test
  void classNumbersOfMasksStayAboveZeroHoweverSmall(@TempDir Path dir) throws Exception {
    byte[] file =
        new TiffWriter(16, 1, 1, false, ByteOrder.LITTLE_ENDIAN, 1, 1)
            .write(List.of(new TiffWriter.Page(2, 1, new int[] {0, 1})));
    Picture mask = loader.mask(Files.write(dir.resolve("m.tif"), file));
    assertThat(mask.image().at(0, 0, 0)).isZero();
    assertThat(mask.image().at(1, 0, 0)).isPositive();
  }
}
