package dev.headclip.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headclip.HeadClipException;
import org.junit.jupiter.api.Test;

class RegionOfInterestTest {
  private static RgbImage grey(int width, int height, int... values) {
    RgbImage image = RgbImage.blank(width, height);
    for (int i = 0; i < values.length; i++) {
      for (int c = 0; c < 3; c++) {
        image.rgb()[3 * i + c] = (byte) values[i];
      }
    }
    return image;
  }

  @Test
  void whiteCountsOrIsIgnored() {
    RgbImage mask = grey(4, 1, 255, 128, 127, 0);
    assertThat(RegionOfInterest.of(mask, false).counts()).containsExactly(1, 1, 0, 0);
    assertThat(RegionOfInterest.of(mask, true).counts()).containsExactly(0, 0, 1, 1);
    assertThatThrownBy(() -> RegionOfInterest.of(grey(2, 1, 0, 3), false))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining("no white");
    assertThatThrownBy(() -> RegionOfInterest.of(grey(2, 1, 255, 255), true))
        .hasMessageContaining("white everywhere");
  }

  @Test
  void itIsScaledButNotStretched() {
    RegionOfInterest half = new RegionOfInterest(2, 2, new byte[] {1, 0, 1, 0});
    assertThat(half.fitted(4, 4).counts())
        .containsExactly(1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0);
    assertThatThrownBy(() -> half.fitted(4, 5)).hasMessageContaining("2 x 2, the image 4 x 5");
  }

  @Test
  void whatIsIgnoredHasNoInfluenceOnWhatIsFilledIn() {
    RegionOfInterest left = new RegionOfInterest(4, 1, new byte[] {1, 1, 0, 0});
    RgbImage one = left.filled(grey(4, 1, 10, 30, 255, 0));
    RgbImage other = left.filled(grey(4, 1, 10, 30, 7, 99));
    assertThat(one.rgb()).isEqualTo(other.rgb());
    assertThat(one.at(0, 0, 0)).isEqualTo(10);
    assertThat(one.at(1, 0, 2)).isEqualTo(30);
    // from the neighbours, at a coarser size
    assertThat(one.at(3, 0, 1)).isEqualTo(20);
  }
}
