package dev.headclip.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headclip.HeadClipException;
import dev.headclip.image.ImageLoader;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data sets that lie otherwise than MVTec AD, and masks that must be told apart. */
class LaterLayoutsTest {
  @TempDir private Path dir;

  private void image(String path) throws IOException {
    image(path, 8, 6, 0xffffff);
  }

  private void image(String path, int w, int h, int rgb) throws IOException {
    BufferedImage b = new BufferedImage(w, h, BufferedImage.TYPE_INT_RGB);
    b.setRGB(1, 1, rgb);
    write(path, b);
  }

  private void write(String path, BufferedImage b) throws IOException {
    Path file = dir.resolve(path);
    Files.createDirectories(file.getParent());
    ImageIO.write(b, path.substring(path.lastIndexOf('.') + 1), file.toFile());
  }

  private AnnotatedSet read() {
    return AnnotatedSet.read(Optional.empty(), dir);
  }

  private static String mask(AnnotatedSet set, String image) {
    return set.samples().stream()
        .filter(s -> s.image().endsWith(image))
        .findFirst()
        .orElseThrow()
        .mask()
        .map(m -> m.getFileName().toString())
        .orElse("none");
  }

  @Test
  void masksAreTakenByTheNumberInTheirNameAndThatIsSaid() throws IOException {
    image("part/test/good/1.png");
    for (int i : new int[] {1, 2, 10}) {
      image("part/test/spot/img%d.png".formatted(i));
      image("part/ground_truth/spot/%03d.seg.png".formatted(i));
    }
    AnnotatedSet set = read();
    assertThat(mask(set, "img10.png")).isEqualTo("010.seg.png");
    assertThat(mask(set, "img2.png")).isEqualTo("002.seg.png");
    assertThat(set.remarks()).singleElement().asString().contains("3 masks paired by the numbers");
  }

  @Test
  void masksWithoutNameOrNumberAreTakenInOrderOnlyWithThePairsSaid() throws IOException {
    image("part/test/good/1.png");
    for (String name : List.of("left", "right")) {
      image("part/test/spot/%s.png".formatted(name));
    }
    image("part/ground_truth/spot/a.png");
    image("part/ground_truth/spot/b.png");
    assertThat(read().remarks())
        .singleElement()
        .asString()
        .contains("in order of their names", "left.png with a.png", "right.png with b.png");
    image("part/ground_truth/spot/c.png");
    assertThatThrownBy(this::read)
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining("2 images and 3 masks have neither names nor numbers in common");
  }

  @Test
  void oneMaskIsNeverTwoImages() throws IOException {
    image("part/test/good/1.png");
    image("part/test/spot/1.png");
    image("part/test/spot/1.jpg");
    image("part/ground_truth/spot/1.png");
    assertThatThrownBy(this::read).hasMessageContaining("two images of one name claim this mask");
  }

  @Test
  void foldersBelowADefectAreSearchedAndWhatIsLeftOutIsSaid() throws IOException {
    image("part/test/good/1.png");
    image("part/test/spot/lot1/1.png");
    image("part/test/spot/lot2/1.png");
    image("part/ground_truth/spot/lot1/1_mask.png");
    image("part/ground_truth/spot/lot2/1_mask.png");
    image("part/test/loose.png");
    AnnotatedSet set = read();
    assertThat(set.samples()).hasSize(3);
    assertThat(set.samples().stream().filter(Sample::anomalous).map(s -> s.mask().orElseThrow()))
        .allSatisfy(m -> assertThat(m).hasFileName("1_mask.png"))
        .doesNotHaveDuplicates();
    assertThat(set.remarks()).singleElement().asString().contains("1 images lie in no folder");
  }

  @Test
  void theMasksOfALocoFolderAreJoined() throws IOException {
    image("part/test/good/000.png");
    image("part/test/logical/000.png");
    BufferedImage first = new BufferedImage(8, 6, BufferedImage.TYPE_BYTE_GRAY);
    first.getRaster().setSample(0, 0, 0, 236);
    write("part/ground_truth/logical/000/000.png", first);
    BufferedImage second = new BufferedImage(8, 6, BufferedImage.TYPE_BYTE_GRAY);
    second.getRaster().setSample(5, 5, 0, 255);
    write("part/ground_truth/logical/000/001.png", second);
    Sample s = read().samples().stream().filter(Sample::anomalous).findFirst().orElseThrow();
    ImageLoader loader = ImageLoader.defaults();
    Mask mask = MaskReader.read(loader, s.mask().orElseThrow(), loader.header(s.image())).mask();
    assertThat(mask.values()[0]).isEqualTo((byte) 1);
    assertThat(mask.values()[5 * 8 + 5]).isEqualTo((byte) 1);
    int sum = 0;
    for (byte v : mask.values()) {
      sum += v;
    }
    assertThat(sum).isEqualTo(2);
  }

  @Test
  void mvtec3dAndAd2AreRead() throws IOException {
    image("cookie/test/good/rgb/000.png");
    image("cookie/test/hole/rgb/000.png");
    image("cookie/test/hole/gt/000.png");
    image("can/test_public/good/000_regular.png");
    image("can/test_public/bad/000_overexposed.png");
    image("can/test_public/ground_truth/bad/000_overexposed_mask.png");
    AnnotatedSet set = read();
    assertThat(set.counts())
        .containsEntry("cookie", new KnownDataset.Count(1, 1))
        .containsEntry("can", new KnownDataset.Count(1, 1));
    assertThat(mask(set, "bad/000_overexposed.png")).isEqualTo("000_overexposed_mask.png");
    assertThat(mask(set, "hole/rgb/000.png")).isEqualTo("000.png");
  }

  @Test
  void goodBesideOthersIsALabelledSet() throws IOException {
    image("good/1.png");
    image("crack/2.png");
    image("mask/crack/2.png");
    AnnotatedSet set = read();
    assertThat(set.samples()).hasSize(2);
    assertThat(mask(set, "crack/2.png")).isEqualTo("2.png");
  }

  @Test
  void aManifestFromWindowsIsRead() throws IOException {
    image("part/good/1.png");
    Path manifest = dir.resolve("m.csv");
    Files.writeString(manifest, "image,label\npart\\good\\1.png,0\n");
    AnnotatedSet set = AnnotatedSet.read(Optional.empty(), manifest);
    assertThat(set.samples().get(0).image()).exists();
  }

  private MaskReader.Read read(String mask, int w, int h, int orientation) {
    return MaskReader.read(
        ImageLoader.defaults(), dir.resolve(mask), new ImageLoader.Header(w, h, orientation));
  }

  @Test
  void aMaskOverStoredPixelsIsTurnedWithItsImageAndAnotherShapeIsRefused() throws IOException {
    image("m.png", 8, 6, 0xffffff);
    // stored 8x6, seen 6x8: the stored left edge is the top
    MaskReader.Read turned = read("m.png", 6, 8, 6);
    assertThat(turned.notes()).containsExactly(MaskReader.Note.TURNED);
    assertThat(turned.mask().values()[1 * 6 + 4]).isEqualTo((byte) 1);
    MaskReader.Read half = read("m.png", 8, 6, 3);
    assertThat(half.notes()).containsExactly(MaskReader.Note.GUESSED);
    assertThat(half.mask().values()[4 * 8 + 6]).isEqualTo((byte) 1);
    MaskReader.Read upright = read("m.png", 8, 6, 6);
    assertThat(upright.notes()).isEmpty();
    assertThat(read("m.png", 16, 12, 1).notes()).containsExactly(MaskReader.Note.SCALED);
    assertThatThrownBy(() -> read("m.png", 6, 8, 1)).hasMessageContaining("is 8x6, its image 6x8");
  }

  @Test
  void aLossyMaskIsCutAtHalfBrightness() throws IOException {
    BufferedImage b = new BufferedImage(32, 32, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < 100; i++) {
      b.getRaster().setSample(11 + i % 10, 11 + i / 10, 0, 255);
    }
    write("m.jpg", b);
    MaskReader.Read read = read("m.jpg", 32, 32, 1);
    int sum = 0;
    for (byte v : read.mask().values()) {
      sum += v;
    }
    assertThat(sum).isEqualTo(100);
    assertThat(read.notes()).containsExactly(MaskReader.Note.LOSSY);
  }
}
