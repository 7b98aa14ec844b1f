package dev.headclip.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headclip.HeadClipException;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageLoaderTest {
  private final ImageLoader loader = ImageLoader.defaults();

  private static BufferedImage gradient(int type) {
    BufferedImage b = new BufferedImage(40, 30, type);
    for (int y = 0; y < 30; y++) {
      for (int x = 0; x < 40; x++) {
        b.setRGB(x, y, 0xff000000 | (x * 6) << 16 | (y * 8) << 8 | 90);
      }
    }
    return b;
  }

  private static byte[] encoded(BufferedImage b, String format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThat(ImageIO.write(b, format, out)).isTrue();
    return out.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "bmp", "tiff"})
  void losslessFormatsGiveTheStoredNumbers(String format) throws IOException {
    RgbImage image = loader.decode(encoded(gradient(BufferedImage.TYPE_3BYTE_BGR), format));
    assertThat(image.width()).isEqualTo(40);
    assertThat(image.height()).isEqualTo(30);
    assertThat(image.at(10, 20, 0)).isEqualTo(60);
    assertThat(image.at(10, 20, 1)).isEqualTo(160);
    assertThat(image.at(10, 20, 2)).isEqualTo(90);
  }

  @ParameterizedTest
  @CsvSource({"jpg, 12", "gif, 30"})
  void lossyFormatsComeClose(String format, int tolerance) throws IOException {
    RgbImage image = loader.decode(encoded(gradient(BufferedImage.TYPE_3BYTE_BGR), format));
    assertThat(Math.abs(image.at(10, 20, 0) - 60)).isLessThan(tolerance);
    assertThat(Math.abs(image.at(10, 20, 1) - 160)).isLessThan(tolerance);
  }

  @Test
  void greyIsRepeatedWithoutGammaGames() throws IOException {
    BufferedImage b = new BufferedImage(4, 1, BufferedImage.TYPE_BYTE_GRAY);
    b.getRaster().setSamples(0, 0, 4, 1, 0, new int[] {0, 60, 128, 255});
    RgbImage image = loader.decode(encoded(b, "png"));
    assertThat(image.rgb())
        .containsExactly(0, 0, 0, 60, 60, 60, (byte) 128, (byte) 128, (byte) 128, -1, -1, -1);
  }

  @Test
  void sixteenBitsAreScaledNotClipped() throws IOException {
    BufferedImage b = new BufferedImage(3, 1, BufferedImage.TYPE_USHORT_GRAY);
    b.getRaster().setSamples(0, 0, 3, 1, 0, new int[] {0, 32768, 65535});
    RgbImage image = loader.decode(encoded(b, "png"));
    assertThat(image.at(1, 0, 0)).isEqualTo(128);
    assertThat(image.at(2, 0, 1)).isEqualTo(255);
  }

  @Test
  void bilevelAndPaletteAreLookedUp() throws IOException {
    BufferedImage two = new BufferedImage(8, 1, BufferedImage.TYPE_BYTE_BINARY);
    two.setRGB(3, 0, 0xffffffff);
    assertThat(loader.decode(encoded(two, "png")).at(3, 0, 2)).isEqualTo(255);
    IndexColorModel palette =
        new IndexColorModel(8, 2, new byte[] {10, 20}, new byte[] {30, 40}, new byte[] {50, 60});
    BufferedImage indexed = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_INDEXED, palette);
    indexed.getRaster().setSample(1, 0, 0, 1);
    assertThat(loader.decode(encoded(indexed, "png")).rgb())
        .containsExactly(10, 30, 50, 20, 40, 60);
  }

  @Test
  void bandsOfDifferentSizesAreScaledEachByItsOwn() throws IOException {
    BufferedImage b = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_565_RGB);
    b.setRGB(0, 0, 0xffffff);
    b.setRGB(1, 0, 0x0000ff);
    assertThat(Samples.toRgb(b).rgb()).containsExactly(-1, -1, -1, 0, 0, -1);
  }

  @Test
  void alphaIsDropped() throws IOException {
    BufferedImage b = new BufferedImage(1, 1, BufferedImage.TYPE_4BYTE_ABGR);
    b.getRaster().setPixel(0, 0, new int[] {200, 100, 50, 3});
    assertThat(loader.decode(encoded(b, "png")).rgb()).containsExactly((byte) 200, 100, 50);
  }

  @Test
  void theOrientationTagIsHonoured() throws IOException {
    BufferedImage b = new BufferedImage(32, 16, BufferedImage.TYPE_3BYTE_BGR);
    for (int y = 0; y < 16; y++) {
      for (int x = 0; x < 32; x++) {
        b.setRGB(x, y, x < 16 ? 0xff0000 : 0x0000ff);
      }
    }
    // 6: the stored left edge is the top
    RgbImage turned = loader.decode(withOrientation(encoded(b, "jpg"), 6));
    assertThat(turned.width()).isEqualTo(16);
    assertThat(turned.height()).isEqualTo(32);
    assertThat(turned.at(8, 4, 0)).isGreaterThan(200);
    assertThat(turned.at(8, 28, 2)).isGreaterThan(200);
    RgbImage upsideDown = loader.decode(withOrientation(encoded(b, "jpg"), 3));
    assertThat(upsideDown.at(4, 8, 2)).isGreaterThan(200);
  }

  /** A JPEG with an EXIF segment that holds nothing but the tag. */
  private static byte[] withOrientation(byte[] jpeg, int tag) {
    byte[] exif = {
      (byte) 0xff,
      (byte) 0xe1,
      0,
      34,
      'E',
      'x',
      'i',
      'f',
      0,
      0,
      'M',
      'M',
      0,
      42,
      0,
      0,
      0,
      8,
      0,
      1,
      0x01,
      0x12,
      0,
      3,
      0,
      0,
      0,
      1,
      0,
      (byte) tag,
      0,
      0,
      0,
      0,
      0,
      0
    };
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(jpeg, 0, 2);
    out.write(exif, 0, exif.length);
    out.write(jpeg, 2, jpeg.length - 2);
    return out.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpg", "bmp", "gif"})
  void truncatedImagesAreErrorsNotHalfPictures(String format) throws IOException {
    byte[] whole = encoded(gradient(BufferedImage.TYPE_3BYTE_BGR), format);
    byte[] cut = Arrays.copyOf(whole, whole.length * 6 / 10);
    assertThatThrownBy(() -> loader.decode(cut))
        .isInstanceOf(HeadClipException.class)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
  }

  @Test
  void badFilesAreNamedForWhatTheyAre(@TempDir Path dir) throws IOException {
    Path empty = Files.createFile(dir.resolve("empty.png"));
    Path text = Files.writeString(dir.resolve("text.jpg"), "hello", StandardCharsets.UTF_8);
    assertThatThrownBy(() -> loader.load(empty)).hasMessageContaining("empty");
    assertThatThrownBy(() -> loader.load(text)).hasMessageContaining("not an image");
    assertThatThrownBy(() -> loader.load(dir.resolve("none.png"))).hasMessage("no such file");
    assertThatThrownBy(() -> loader.load(dir)).hasMessageContaining("folder");
  }

  @Test
  void theContentCountsNotTheName(@TempDir Path dir) throws IOException {
    Path wrong = dir.resolve("really-a-png.jpg");
    Files.write(wrong, encoded(gradient(BufferedImage.TYPE_3BYTE_BGR), "png"));
    assertThat(loader.load(wrong).width()).isEqualTo(40);
  }
}
