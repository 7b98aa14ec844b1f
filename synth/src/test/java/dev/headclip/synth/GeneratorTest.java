package dev.headclip.synth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headclip.clip.Activation;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.TowerConfig;
import dev.headclip.dataset.MvtecLayout;
import dev.headclip.dataset.Sample;
import dev.headclip.tokenizer.ClipTokenizer;
import dev.headclip.tokenizer.TokenizerJson;
import dev.headclip.weights.FileSet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GeneratorTest {
  @Test
  void seedAndIndexDetermineThePicture() {
    for (long i = 0; i < 10; i++) {
      Example a = Generator.drawn(5, 96).any(i);
      Example b = Generator.drawn(5, 96).any(i);
      Example c = Generator.drawn(6, 96).any(i);
      assertThat(a.image().rgb()).isEqualTo(b.image().rgb());
      assertThat(a.mask()).isEqualTo(b.mask());
      assertThat(a.image().rgb()).isNotEqualTo(c.image().rgb());
    }
  }

  @Test
  void everyDefectKindLeavesAMaskOfModestSizeAndNormalsNone() {
    Generator g = Generator.drawn(1, 128);
    for (DefectKind k : DefectKind.values()) {
      for (int i = 0; i < 4; i++) {
        int area = area(g.one(g.subject("stone"), Optional.of(k), i));
        assertThat(area).as(k + " on a surface").isBetween(1, 128 * 128 / 2);
        area = area(g.one(g.subject("nut"), Optional.of(k), i));
        assertThat(area).as(k + " on an object").isBetween(1, 128 * 128 / 2);
      }
    }
    assertThat(area(g.one(g.subject("mesh"), Optional.empty(), 0))).isZero();
  }

  private static int area(Example e) {
    int n = 0;
    for (byte b : e.mask()) {
      n += b;
    }
    return n;
  }

  @Test
  void aDataSetIsWrittenInMvtecLayoutAndTheSameEveryTime(@TempDir Path dir) throws IOException {
    Path a = dir.resolve("a");
    Path b = dir.resolve("b");
    DataSetWriter.write(a, Generator.drawn(3, 48), 120, n -> {});
    DataSetWriter.write(b, Generator.drawn(3, 48), 120, n -> {});
    List<Sample> samples = new MvtecLayout().read(a);
    assertThat(samples).anyMatch(Sample::anomalous).anyMatch(s -> !s.anomalous());
    assertThat(samples.stream().filter(Sample::anomalous)).allMatch(s -> s.mask().isPresent());
    try (Stream<Path> files = Files.walk(a)) {
      List<Path> all = files.filter(Files::isRegularFile).toList();
      assertThat(all.stream().filter(f -> !f.toString().contains("ground_truth"))).hasSize(120);
      for (Path f : all) {
        assertThat(f).hasSameBinaryContentAs(b.resolve(a.relativize(f)));
      }
    }
  }

  @Test
  void nothingIsWrittenIntoAFolderThatHoldsSomething(@TempDir Path dir) throws IOException {
    Files.writeString(dir.resolve("mine.txt"), "x");
    assertThatThrownBy(() -> DataSetWriter.write(dir, Generator.drawn(1, 48), 5, n -> {}))
        .hasMessageContaining("not an empty folder");
  }

  @Test
  void everyWordOfTheCaptionsBecomesOneToken() {
    List<String> merges = BpeLearner.merges(Captions.corpus());
    assertThat(merges).doesNotHaveDuplicates().isEqualTo(BpeLearner.merges(Captions.corpus()));
    FileSet files =
        new FileSet.InMemory("learned", Map.of("tokenizer.json", utf8(TokenizerJson.of(merges))));
    TowerConfig tower = new TowerConfig(8, 1, 1, 8, Activation.GELU, 1e-5);
    ClipConfig config = new ClipConfig(tower, 16, 16, tower, 77, 100_000, 8);
    Set<String> words = new TreeSet<>();
    Captions.corpus().forEach(c -> words.addAll(words(c)));
    Generator generator = Generator.drawn(2, 32);
    for (int i = 0; i < 400; i++) {
      words.addAll(words(Captions.of(generator.any(i), new SplittableRandom(i))));
    }
    assertThat(words).hasSizeGreaterThan(80);
    ClipTokenizer tokenizer = ClipTokenizer.of(files, config);
    for (String word : words) {
      assertThat(tokenizer.encode(word)).as(word).hasSize(3);
    }
    assertThat(tokenizer.encode("unheardof")).hasSizeGreaterThan(3);
  }

  private static List<String> words(String sentence) {
    return Arrays.stream(sentence.toLowerCase(Locale.ROOT).split("[^a-z]+"))
        .filter(w -> !w.isEmpty())
        .toList();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
