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

  @Test
  void aPairIsTheSameProductAndOnlyItsSecondPictureCanHaveADefect() {
    Generator g = Generator.drawn(4, 96);
    int defects = 0;
    int sameView = 0;
    for (int i = 0; i < 40; i++) {
      List<Example> pair = g.pair(i);
      assertThat(pair).hasSize(2);
      assertThat(pair.get(0).anomalous()).isFalse();
      assertThat(area(pair.get(0))).isZero();
      assertThat(pair.get(0).noun()).isEqualTo(pair.get(1).noun());
      assertThat(area(pair.get(1)) > 0).isEqualTo(pair.get(1).anomalous());
      defects += pair.get(1).anomalous() ? 1 : 0;
      sameView += likeness(pair) > 0.9 ? 1 : 0;
    }
    assertThat(defects).isBetween(24, 39);
    assertThat(sameView).isBetween(8, 38);
  }

  /** Correlation of brightness where there is no defect. */
  private static double likeness(List<Example> pair) {
    List<double[]> values = new java.util.ArrayList<>();
    byte[] a = pair.get(0).image().rgb();
    byte[] b = pair.get(1).image().rgb();
    for (int i = 0; i < pair.get(1).mask().length; i++) {
      if (pair.get(1).mask()[i] == 0) {
        values.add(
            new double[] {
              (a[3 * i] & 255) + (a[3 * i + 1] & 255) + (a[3 * i + 2] & 255),
              (b[3 * i] & 255) + (b[3 * i + 1] & 255) + (b[3 * i + 2] & 255)
            });
      }
    }
    double[] m = {0, 0};
    values.forEach(
        v -> {
          m[0] += v[0] / values.size();
          m[1] += v[1] / values.size();
        });
    double xy = 0;
    double xx = 1e-9;
    double yy = 1e-9;
    for (double[] v : values) {
      xy += (v[0] - m[0]) * (v[1] - m[1]);
      xx += (v[0] - m[0]) * (v[0] - m[0]);
      yy += (v[1] - m[1]) * (v[1] - m[1]);
    }
    return xy / Math.sqrt(xx * yy);
  }

  @Test
  void kindsThatAreKeptBackAreNeverDrawnForTraining() {
    Generator g = Generator.drawn(8, 64);
    Set<String> trained = new TreeSet<>();
    for (int i = 0; i < 300; i++) {
      trained.add(g.any(i).noun());
    }
    for (KeptKind k : KeptKind.values()) {
      assertThat(trained).doesNotContain(k.noun());
      Generator kept = g.ofKeptKinds();
      assertThat(kept.one(kept.subject(k.folder()), Optional.empty(), 1).noun())
          .isEqualTo(k.noun());
    }
    assertThatThrownBy(() -> g.subject("screw")).isInstanceOf(RuntimeException.class);
  }

  @Test
  void aShareOfTheScenesShowsBodiesWhoseFaultsLieInside() {
    Generator g = Generator.drawn(11, 96).withBodies(1);
    Set<String> seen = new TreeSet<>();
    int faults = 0;
    for (int i = 0; i < 60; i++) {
      Example e = g.any(i);
      seen.add(e.noun());
      assertThat(e.anomalous()).isEqualTo(area(e) > 0);
      faults += e.anomalous() ? 1 : 0;
      if (e.noun().equals("brain")) {
        assertThat(e.mask()[0]).as("the corner is air").isZero();
      }
    }
    assertThat(seen).containsExactly("brain", "colon", "skin");
    assertThat(faults).isBetween(15, 45);
    assertThat(Generator.drawn(11, 96).withBodies(0).any(5).image().rgb())
        .isEqualTo(Generator.drawn(11, 96).any(5).image().rgb());
  }

  @Test
  void ofArrangementsPartsAreMissingSwappedTurnedAndMoved() {
    Generator g = Generator.drawn(9, 128);
    for (AssemblyKind kind : AssemblyKind.values()) {
      for (DefectKind k :
          List.of(
              DefectKind.MISSING_PART,
              DefectKind.WRONG_PART,
              DefectKind.ROTATED_PART,
              DefectKind.SHIFTED_PART,
              DefectKind.EXTRA_PART)) {
        int drawn = 0;
        for (int i = 0; i < 12; i++) {
          Example e = g.one(g.subject(kind.folder()), Optional.of(k), i);
          drawn += e.defect().equals(Optional.of(k)) ? 1 : 0;
          assertThat(area(e)).as("%s of %s", k, kind).isBetween(1, 128 * 128 / 2);
        }
        // where all parts are alike and round, some of them cannot be seen
        assertThat(drawn).as("%s of %s", k, kind).isGreaterThan(4);
      }
    }
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
