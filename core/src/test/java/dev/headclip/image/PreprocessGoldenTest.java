package dev.headclip.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.dataset.MaskReader;
import dev.headclip.testing.Golden;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Bit for bit as Pillow. */
class PreprocessGoldenTest {
  private final ImageLoader loader = ImageLoader.defaults();

  private RgbImage image(String name) {
    return loader.load(Golden.file("preprocess/" + name));
  }

  @Test
  void resizingAndConversionAreExact() throws IOException {
    JsonNode cases =
        new ObjectMapper().readTree(Golden.file("preprocess/cases.json").toFile()).path("cases");
    assertThat(cases).hasSize(14);
    for (JsonNode c : cases) {
      RgbImage in = image(c.path("in").asText());
      int size = c.path("size").asInt();
      if (c.has("square")) {
        same(c.path("square").asText(), Preprocess.SQUARE.apply(in, size));
        same(c.path("clip").asText(), Preprocess.CENTER_CROP.apply(in, size));
      } else if (c.has("rgb")) {
        same(c.path("rgb").asText(), in);
      } else {
        RgbImage expected = image(c.path("mask").asText());
        byte[] mask = MaskReader.square(MaskReader.binary(in), size);
        for (int i = 0; i < mask.length; i++) {
          assertThat(mask[i] * 255).isEqualTo(expected.rgb()[3 * i] & 0xff);
        }
      }
    }
  }

  private void same(String expected, RgbImage found) {
    RgbImage e = image(expected);
    assertThat(found.width()).as(expected).isEqualTo(e.width());
    assertThat(found.height()).as(expected).isEqualTo(e.height());
    assertThat(found.rgb()).as(expected).isEqualTo(e.rgb());
  }

  @Test
  void knownRows() {
    byte[] row = {0, 50, (byte) 200, (byte) 255};
    assertThat(PillowResize.BICUBIC.resize(row, 4, 1, 1, 7, 1))
        .containsExactly(0, 9, 43, 125, (byte) 207, (byte) 244, (byte) 255);
    assertThat(PillowResize.BICUBIC.resize(row, 4, 1, 1, 2, 1)).containsExactly(37, (byte) 215);
    byte[] edges = {0, (byte) 255, (byte) 255, 0, 0};
    assertThat(PillowResize.BILINEAR.resize(edges, 5, 1, 1, 3, 1))
        .containsExactly(109, (byte) 198, 0);
  }
}
