package dev.headclip.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.headclip.HeadClipException;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One small gradient, written by ImageMagick, libwebp and libjpeg in many forms. */
class FormatsTest {
  private static RgbImage image(String name) throws IOException {
    try (InputStream in = FormatsTest.class.getResourceAsStream("/images/" + name)) {
      return ImageLoader.defaults().decode(in.readAllBytes());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "lossless.webp, 0",
    "lossy.webp, 12",
    "rgb8.tiff, 0",
    "rgb16.tiff, 1",
    "cmyk.jpg, 12",
    "pair.mpo, 12",
    "animated.gif, 8"
  })
  void everyFormShowsTheSamePicture(String name, int tolerance) throws IOException {
    RgbImage expected = image("reference.png");
    RgbImage found = image(name);
    assertThat(found.width()).isEqualTo(32);
    assertThat(found.height()).isEqualTo(24);
    for (int y = 0; y < 24; y++) {
      for (int x = 0; x < 32; x++) {
        for (int c = 0; c < 3; c++) {
          assertThat(Math.abs(found.at(x, y, c) - expected.at(x, y, c)))
              .as("%s at %d,%d,%d", name, x, y, c)
              .isLessThanOrEqualTo(tolerance);
        }
      }
    }
  }

  @Test
  void greyAndBilevelFormsAreGrey() throws IOException {
    for (String name : new String[] {"gray.jpg", "bilevel.tiff"}) {
      RgbImage found = image(name);
      for (int i = 0; i < found.rgb().length; i += 3) {
        assertThat(found.rgb()[i]).isEqualTo(found.rgb()[i + 1]).isEqualTo(found.rgb()[i + 2]);
      }
    }
    RgbImage two = image("bilevel.tiff");
    for (byte b : two.rgb()) {
      assertThat(b & 0xff).isIn(0, 255);
    }
  }

  @Test
  void greyThatWasMultipliedByItsAlphaIsDivided() throws IOException {
    RgbImage expected = image("reference.png");
    RgbImage found = image("associated.tiff");
    for (int x = 0; x < 32; x++) {
      double grey =
          0.299 * expected.at(x, 5, 0)
              + 0.587 * expected.at(x, 5, 1)
              + 0.114 * expected.at(x, 5, 2);
      // half of the steps are lost to an alpha of one half
      assertThat((double) found.at(x, 5, 1)).isCloseTo(grey, within(3.0));
    }
  }

  @Test
  void iconsAreNamedAsSuch() {
    assertThatThrownBy(() -> image("icon.ico"))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining("icon (ICO) file, which is not read; convert it");
  }
}
