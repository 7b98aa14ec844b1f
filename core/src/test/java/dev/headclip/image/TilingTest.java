package dev.headclip.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headclip.HeadClipException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TilingTest {
  @ParameterizedTest
  @CsvSource({
    "auto, 6000, 4000", "auto, 700, 500", "auto, 300, 3000", "6, 1000, 400", "1, 50, 60",
    "256, 1000, 777", "64px, 300, 65", "300, 200, 100", "3, 5, 1000", "none, 10, 20"
  })
  void partsCoverEveryPixelInsideTheImage(String tiles, int width, int height) {
    List<Tiling.Part> parts = Tiling.parse(tiles, false).parts(width, height, 224);
    boolean[] covered = new boolean[width * height];
    for (Tiling.Part p : parts) {
      assertThat(p.x() >= 0 && p.y() >= 0).isTrue();
      assertThat(p.x() + p.width()).isLessThanOrEqualTo(width);
      assertThat(p.y() + p.height()).isLessThanOrEqualTo(height);
      for (int y = p.y(); y < p.y() + p.height(); y++) {
        java.util.Arrays.fill(covered, y * width + p.x(), y * width + p.x() + p.width(), true);
      }
      assertThat(parts.size() == 1 || p.width() == p.height()).isTrue();
    }
    for (boolean c : covered) {
      assertThat(c).isTrue();
    }
  }

  @Test
  void countsAndSidesAreKept() {
    assertThat(Tiling.parse("auto", false).parts(6000, 4000, 224)).hasSizeLessThanOrEqualTo(100);
    assertThat(Tiling.parse("auto", false).parts(300, 300, 224)).hasSize(1);
    assertThat(Tiling.parse("4", false).parts(1000, 250, 224)).hasSizeBetween(4, 5);
    assertThat(Tiling.parse("256", false).parts(1000, 256, 224))
        .allMatch(p -> p.width() == 256 && p.height() == 256);
    assertThatThrownBy(() -> Tiling.parse("64", false).parts(100_000, 100_000, 224))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining("name larger ones");
    assertThatThrownBy(() -> Tiling.parse("0", false)).isInstanceOf(HeadClipException.class);
    for (String text : List.of("none", "auto", "7", "512px", "none fit", "3 fit")) {
      assertThat(Tiling.of(text).text()).isEqualTo(text);
    }
  }

  @Test
  void aWholeImageKeepsItsShapeMirroredAtItsBorders() {
    Tiling fit = Tiling.parse("none", true);
    List<Tiling.Part> parts = fit.parts(4, 2, 224);
    assertThat(parts).containsExactly(new Tiling.Part(0, -1, 4, 4));
    RgbImage image = RgbImage.blank(4, 2);
    for (int i = 0; i < 24; i++) {
      image.rgb()[i] = (byte) i;
    }
    RgbImage cut = Tiling.cut(image, parts.get(0));
    for (int x = 0; x < 4; x++) {
      assertThat(cut.at(x, 0, 0)).isEqualTo(image.at(x, 0, 0));
      assertThat(cut.at(x, 1, 0)).isEqualTo(image.at(x, 0, 0));
      assertThat(cut.at(x, 2, 1)).isEqualTo(image.at(x, 1, 1));
      assertThat(cut.at(x, 3, 1)).isEqualTo(image.at(x, 1, 1));
    }
  }
}
