package dev.headclip.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headclip.HeadClipException;
import dev.headclip.testing.TiffWriter;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ImageSearchTest {
  @TempDir private Path dir;

  private Path image(String name) throws IOException {
    Path p = dir.resolve(name);
    Files.createDirectories(p.getParent());
    ImageIO.write(new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB), "png", p.toFile());
    return p;
  }

  private ImageSearch search(boolean allPages, Path... arguments) throws IOException {
    ImageSearch s = new ImageSearch(dir.resolve("out"), allPages);
    for (Path p : arguments) {
      s.add(p);
    }
    return s;
  }

  private Set<String> names(ImageSearch s) {
    return s.images().stream().map(ImageSearch.Found::name).collect(Collectors.toSet());
  }

  @Test
  void aFolderIsSearchedByWhatItsFilesHold() throws IOException {
    image("in/a.png");
    image("in/b.jpg_large");
    image("in/c");
    image("in/@eaDir/thumb.png");
    image("in/.hidden/d.png");
    Files.writeString(dir.resolve("in/readme.txt"), "no picture");
    Files.writeString(dir.resolve("in/broken.png"), "no picture either, and to be told of");
    Files.writeString(dir.resolve("in/e.pgm"), "P5 1 1 255\n.", StandardCharsets.US_ASCII);
    ImageSearch s = search(true, dir.resolve("in"));
    assertThat(names(s)).containsExactlyInAnyOrder("a.png", "b.jpg_large", "c", "broken.png");
    assertThat(s.remarks()).singleElement().asString().contains("1 PNM", "left out", "convert");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void everyFolderIsEnteredOnceHoweverManyLinksLeadThere() throws IOException {
    image("in/a/1.png");
    image("in/b/2.png");
    for (String from : List.of("a", "b")) {
      for (int i = 0; i < 2; i++) {
        String to = from.equals("a") ? "b" : "a";
        Files.createSymbolicLink(dir.resolve("in/%s/link%d".formatted(from, i)), Path.of("..", to));
      }
    }
    image("elsewhere/3.png");
    Files.createSymbolicLink(dir.resolve("in/x"), dir.resolve("elsewhere"));
    Files.createSymbolicLink(dir.resolve("in/y"), dir.resolve("elsewhere"));
    Set<String> found = names(search(true, dir.resolve("in")));
    assertThat(found).hasSize(3).contains("a/1.png", "b/2.png");
  }

  @Test
  void everyPageIsAnImageOrTheFirstAlone() throws IOException {
    byte[] tiff =
        new TiffWriter(8, 1, 1, false, ByteOrder.LITTLE_ENDIAN, 1, 1)
            .write(
                List.of(
                    new TiffWriter.Page(2, 2, new int[4]), new TiffWriter.Page(3, 3, new int[9])));
    Path file = Files.write(dir.resolve("two.tif"), tiff);
    ImageSearch all = search(true, file);
    assertThat(names(all)).containsExactlyInAnyOrder("two.tif[1]", "two.tif[2]");
    assertThat(all.images().get(1).source().id()).isEqualTo(file + "[2]");
    assertThat(names(search(false, file))).containsExactly("two.tif");
  }

  @Test
  void namesOfResultsAreShortEnoughAndNoTwoAlike() throws IOException {
    String base = "b".repeat(240);
    image("in/%sa.png".formatted(base));
    image("in/%sc.png".formatted(base));
    image("in/d.png");
    ImageSearch s = search(true, dir.resolve("in"), image("other/d.png"));
    Set<String> found = names(s);
    assertThat(found).hasSize(4).contains("d.png", "d.png-2");
    assertThat(found).allSatisfy(n -> assertThat(n.length()).isLessThanOrEqualTo(230));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aNameThatIsNoUtf8IsFoundByWhatItLooksLike() throws Exception {
    image("in/a.png");
    Process p =
        new ProcessBuilder("bash", "-c", "cd in && cp a.png $'lat\\xe9in.png'")
            .directory(dir.toFile())
            .start();
    assertThat(p.waitFor()).isZero();
    Path mangled = dir.resolve("in/lat\uFFFDin.png");
    assertThat(search(true, mangled).files().get(0)).exists();
    assertThat(Files.exists(mangled)).isFalse();
    p =
        new ProcessBuilder("bash", "-c", "cd in && cp a.png $'lat\\xe8in.png'")
            .directory(dir.toFile())
            .start();
    assertThat(p.waitFor()).isZero();
    assertThatThrownBy(() -> search(true, mangled))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining("2 files look like this name");
  }
}
