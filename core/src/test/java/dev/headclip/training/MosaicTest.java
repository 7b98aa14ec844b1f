package dev.headclip.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headclip.dataset.AnnotatedSet;
import dev.headclip.dataset.Sample;
import dev.headclip.image.Normalization;
import dev.headclip.image.Preprocess;
import dev.headclip.method.TrainSettings;
import dev.headclip.method.TrainSettings.SelectBy;
import dev.headclip.method.Views;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MosaicTest {
  @TempDir private Path dir;

  private static List<Sample> samples(String... classes) {
    List<Sample> all = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      String name = classes[i % classes.length];
      all.add(new Sample(Path.of(i + ".png"), Optional.empty(), name, "good", false));
    }
    return all;
  }

  private static Mosaic mosaic(Map<String, Object> settings, List<Sample> samples) {
    return new Mosaic(TrainSettings.of(settings), samples);
  }

  @Test
  void aShareOfTheImagesIsReplacedByFourOfTheirClassTheSameEveryTime() {
    List<Sample> samples = samples("bottle", "metal_nut");
    Mosaic m = mosaic(Map.of("mosaic", 0.2), samples);
    Mosaic again = mosaic(Map.of("mosaic", 0.2), samples);
    int replaced = 0;
    int changed = 0;
    for (int i = 0; i < samples.size(); i++) {
      Optional<int[]> four = m.of(i, 1);
      assertThat(again.of(i, 1).map(Arrays::toString)).isEqualTo(four.map(Arrays::toString));
      replaced += four.isPresent() ? 1 : 0;
      changed += four.isPresent() == m.of(i, 2).isPresent() ? 0 : 1;
      for (int k : four.orElse(new int[0])) {
        assertThat(samples.get(k).category()).isEqualTo(samples.get(i).category());
      }
    }
    // 200 +- four deviations
    assertThat(replaced).isBetween(150, 250);
    assertThat(changed).as("another epoch draws anew").isGreaterThan(200);
  }

  @Test
  void onlyTheClassesOfMvtecUnlessAllAreAskedFor() {
    List<Sample> samples = samples("screw", "own_part");
    Mosaic mvtec = mosaic(Map.of("mosaic", 1.0), samples);
    Mosaic all = mosaic(Map.of("mosaic", 1.0, "mosaic_of", "all"), samples);
    Mosaic none = mosaic(Map.of(), samples);
    for (int i = 0; i < 20; i++) {
      assertThat(mvtec.of(i, 1).isPresent()).isEqualTo(i % 2 == 0);
      assertThat(all.of(i, 1)).isPresent();
      assertThat(none.of(i, 1)).isEmpty();
    }
  }

  private void write(String name, int width, int height, int rgb) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < width * height; i++) {
      image.setRGB(i % width, i / width, rgb);
    }
    Files.createDirectories(dir.resolve(name).getParent());
    ImageIO.write(image, "png", dir.resolve(name).toFile());
  }

  @Test
  void fourImagesAndTheirMasksLieTwoByTwoEachAsLargeAsTheFirst() throws IOException {
    int[] colours = {0xff0000, 0x00ff00, 0x0000ff, 0xffffff};
    for (int i = 0; i < 4; i++) {
      write("bottle/test/bad/00%d.png".formatted(i), 8 + 4 * i, 8, colours[i]);
      write("bottle/ground_truth/bad/00%d_mask.png".formatted(i), 8 + 4 * i, 8, i == 2 ? -1 : 0);
    }
    write("bottle/test/good/000.png", 8, 8, 0);
    TrainingData data = TrainingData.usable(AnnotatedSet.read(Optional.empty(), dir), n -> {});
    Normalization n = new Normalization(new float[3], new float[] {1, 1, 1});
    int side = 16;
    RecordLoader.Making making =
        new RecordLoader.Making(null, Views.square(Preprocess.SQUARE, side), n, side, false);
    List<Sample> samples = data.samples();
    int[] four = new int[4];
    for (int i = 0; i < samples.size(); i++) {
      String name = samples.get(i).image().getFileName().toString();
      if (samples.get(i).anomalous()) {
        four[name.charAt(2) - '0'] = i;
      }
    }
    TrainingData.Prepared p = data.mosaic(four, making);
    int[] corners = {0, side - 1, side * (side - 1), side * side - 1};
    for (int i = 0; i < 4; i++) {
      for (int c = 0; c < 3; c++) {
        float expected = (colours[i] >> (16 - 8 * c) & 0xff) / 255f;
        assertThat(p.pixels()[c * side * side + corners[i]]).isEqualTo(expected);
      }
      assertThat(p.mask()[corners[i]]).isEqualTo(i == 2 ? 1 : 0);
    }
  }

  @Test
  void anEpochIsChosenByTheFigureThatIsAskedFor() {
    Map<String, Double> figures = Map.of("image_mad", 0.9, "pixel_mad", 0.5, "pixel_f1max", 0.3);
    assertThat(Validation.chosen(figures, SelectBy.MAD)).isEqualTo(0.7);
    assertThat(Validation.chosen(figures, SelectBy.PIXEL_F1MAX)).isEqualTo(0.3);
    assertThat(Validation.chosen(figures, SelectBy.IMAGE_AP)).isEqualTo(Double.NEGATIVE_INFINITY);
  }

  @Test
  void severalSetsAreOne() throws IOException {
    write("a/bottle/test/good/000.png", 8, 8, 0);
    write("a/bottle/test/bad/000.png", 8, 8, 9);
    write("b/nut/test/good/000.png", 8, 8, 7);
    AnnotatedSet both =
        AnnotatedSet.joined(
            List.of(
                AnnotatedSet.read(Optional.empty(), dir.resolve("a")),
                AnnotatedSet.read(Optional.empty(), dir.resolve("b"))));
    assertThat(both.samples())
        .extracting(Sample::category)
        .containsOnly("bottle", "nut")
        .hasSize(3);
    assertThat(both.root()).isEqualTo(dir.toAbsolutePath().normalize());
    assertThat(both.name()).isEqualTo("a+b");
    assertThat(TrainingData.usable(both, n -> {}).digest()).hasSize(64);
  }
}
