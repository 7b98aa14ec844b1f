package dev.headclip.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.image.ImageLoader;
import dev.headclip.image.ImageWriter;
import dev.headclip.image.RgbImage;
import dev.headclip.reference.NormalEnds;
import dev.headclip.synth.DataSetWriter;
import dev.headclip.synth.Generator;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A few good parts, or none: {@code --normal}, {@code --batched}, {@code remember}. */
class ReferencesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String KIND = "tiles";

  /** A third of the starter's patches: how well it sees is not what is tried here. */
  private static final List<String> SMALL = List.of("--image-size", "160");

  @TempDir private static Path data;
  private static List<Path> good;
  private static List<Path> bad;

  @TempDir private Path dir;

  @BeforeAll
  static void draw() throws IOException {
    Path line = data.resolve("line");
    DataSetWriter.write(line, Generator.drawn(5, 96).onLine(), 23 * 20, n -> {});
    Path test = line.resolve(KIND).resolve("test");
    good = images(test.resolve("good"));
    try (Stream<Path> kinds = Files.list(test)) {
      bad = new ArrayList<>();
      for (Path kind : kinds.filter(k -> !k.endsWith("good")).sorted().toList()) {
        bad.addAll(images(kind));
      }
    }
    assertThat(good).hasSizeGreaterThan(7);
    assertThat(bad).hasSizeGreaterThan(3);
  }

  private static List<Path> images(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.sorted().toList();
    }
  }

  private Processes.Run headclip(Object... args) {
    return new Commands(dir).run(args);
  }

  /** As {@link #headclip}, at the small size. */
  private Processes.Run small(Object... args) {
    return headclip(args(args[0], SMALL, Arrays.asList(args).subList(1, args.length)));
  }

  private static Object[] args(Object... parts) {
    return Arrays.stream(parts)
        .flatMap(
            p ->
                p instanceof List<?> l
                    ? l.stream()
                    : p instanceof Object[] a ? Arrays.stream(a) : Stream.of(p))
        .toArray();
  }

  private List<JsonNode> json(Object... parts) throws IOException {
    Object[] all = args("detect", args(parts), "--maps", "none", "--format", "json");
    // what was remembered or exported has the size it was made at
    Processes.Run r = List.of(parts).contains("--model") ? headclip(all) : small(all);
    assertThat(r.code()).as(r.err()).isZero();
    List<JsonNode> results = new ArrayList<>();
    for (String line : r.out().lines().toList()) {
      results.add(JSON.readTree(line));
    }
    return results;
  }

  private static double[] scores(List<JsonNode> results) {
    return results.stream().mapToDouble(j -> j.path("score").asDouble()).toArray();
  }

  @Test
  void partsAreJudgedByAFewGoodOnes() throws IOException {
    List<Path> references = good.subList(0, 4);
    List<Path> rest = good.subList(4, good.size());
    List<JsonNode> ofGood = json(rest, "--normal", references);
    List<JsonNode> ofBad = json(bad, "--normal", references);
    assertThat(Arrays.stream(scores(ofBad)).average().orElse(0))
        .isGreaterThan(Arrays.stream(scores(ofGood)).max().orElse(1));
    JsonNode one = ofBad.get(0);
    assertThat(one.path("threshold").asDouble()).isEqualTo(0.5);
    assertThat(one.path("references").path("count").asInt()).isEqualTo(4);
    assertThat(one.path("references").path("batch").asBoolean()).isFalse();
    for (JsonNode j : ofBad) {
      double raw = j.path("raw_score").asDouble();
      assertThat(j.path("score").asDouble()).isBetween(0.0, 1.0);
      // one end for all: s = raw / (raw + end)
      double end = raw / j.path("score").asDouble() - raw;
      assertThat(end)
          .isCloseTo(
              one.path("raw_score").asDouble() / one.path("score").asDouble()
                  - one.path("raw_score").asDouble(),
              within(1e-3 * end));
      assertThat(j.path("anomalous").asBoolean() && j.path("regions").isEmpty()).isFalse();
    }
  }

  /** Turned parts differ less than other parts do. */
  @Test
  void whereASingleReferenceEndsIsABitBeyondItsQuarterTurns() throws IOException {
    RgbImage image = ImageLoader.defaults().load(good.get(0));
    List<Path> turns = new ArrayList<>();
    for (int quarters = 1; quarters < 4; quarters++) {
      image = turned(image);
      turns.add(write(image, "turn%d.png".formatted(quarters)));
    }
    List<JsonNode> found = json(turns, "--normal", good.get(0), "--rotations", "1");
    double[] raw = found.stream().mapToDouble(j -> j.path("raw_score").asDouble()).toArray();
    double expected = 1.15 * NormalEnds.percentile(raw, 0.95);
    for (JsonNode j : found) {
      double r = j.path("raw_score").asDouble();
      assertThat(r / j.path("score").asDouble() - r).isCloseTo(expected, within(1e-3 * expected));
    }
  }

  private static RgbImage turned(RgbImage image) {
    int side = image.width();
    assertThat(image.height()).isEqualTo(side);
    RgbImage to = RgbImage.blank(side, side);
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        System.arraycopy(
            image.rgb(), 3 * (y * side + x), to.rgb(), 3 * (x * side + side - 1 - y), 3);
      }
    }
    return to;
  }

  /** In whatever it is at: loading, fitting the references, scoring. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void interruptedItEndsInOneLine() throws Exception {
    Path many = Files.createDirectory(dir.resolve("many"));
    for (int i = 0; i < 200; i++) {
      Files.copy(good.get(i % good.size()), many.resolve(i + ".png"));
    }
    Processes.Running r =
        new Processes(dir).start("detect", many, "--normal", many, "--maps", "none");
    Thread.sleep(1500);
    new ProcessBuilder("kill", "-INT", String.valueOf(r.process().pid())).start().waitFor();
    Processes.Run ended = r.finish();
    assertThat(ended.code()).as(ended.err()).isEqualTo(130);
    assertThat(ended.err().lines().filter(l -> !l.startsWith("note: ")).count())
        .as(ended.err())
        // before the program listens Java ends without a word
        .isLessThan(2);
  }

  @Test
  void whatIsRememberedJudgesAlikeAndGrowsAndShrinks() throws IOException {
    Path part = dir.resolve("part.safetensors");
    for (String scorer : List.of("subspace", "knn")) {
      Processes.Run r =
          small(
              args("remember", "--scorer", scorer, "--normal", good.subList(0, 4), "--out", part));
      assertThat(r.code()).as(r.err()).isZero();
      List<JsonNode> direct = json(bad, "--scorer", scorer, "--normal", good.subList(0, 4));
      assertThat(scores(json(bad, "--model", part))).containsExactly(scores(direct));
      r = headclip(args("remember", "--out", part, "--add", good.subList(4, 6)));
      assertThat(r.code()).as(r.err()).isZero();
      assertThat(r.out()).contains("6 references");
      List<JsonNode> together = json(bad, "--scorer", scorer, "--normal", good.subList(0, 6));
      closeTogether(json(bad, "--model", part), together);
      r = headclip(args("remember", "--out", part, "--remove", good.subList(4, 6)));
      assertThat(r.code()).as(r.err()).isZero();
      closeTogether(json(bad, "--model", part), direct);
    }
  }

  /** As if all had been remembered at once: few references keep their tokens. */
  private static void closeTogether(List<JsonNode> found, List<JsonNode> expected) {
    for (int i = 0; i < found.size(); i++) {
      double e = expected.get(i).path("raw_score").asDouble();
      assertThat(found.get(i).path("raw_score").asDouble()).isCloseTo(e, within(1e-4 * e));
      assertThat(found.get(i).path("score").asDouble())
          .isCloseTo(expected.get(i).path("score").asDouble(), within(1e-4));
    }
  }

  @Test
  void rememberedReferencesAreExported() throws IOException {
    Path part = dir.resolve("part.safetensors");
    Path onnx = dir.resolve("part.onnx");
    assertThat(small(args("remember", "--normal", good.subList(0, 3), "--out", part)).code())
        .isZero();
    Processes.Run r = headclip("export", "--model", part, "--out", onnx);
    assertThat(r.code()).as(r.err()).isZero();
    double[] expected = scores(json(bad, "--model", part));
    double[] found = scores(json(bad, "--model", onnx));
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i]).isCloseTo(expected[i], within(1e-4));
    }
  }

  @Test
  void aBatchJudgesItselfInBothWays() throws IOException {
    List<Path> all = new ArrayList<>(good);
    all.addAll(bad);
    for (List<String> how :
        List.of(List.of("--batched"), List.of("--batched", "--reference-preset", "musc"))) {
      List<JsonNode> found = json(all, how);
      assertThat(found).hasSize(all.size());
      assertThat(found.get(0).path("references").path("batch").asBoolean()).isTrue();
      double[] scores = scores(found);
      assertThat(Arrays.stream(scores, good.size(), all.size()).average().orElse(0))
          .as(how.toString())
          .isGreaterThan(Arrays.stream(scores, 0, good.size()).average().orElse(1) + 0.05);
    }
  }

  @Test
  void twoKindsInABatchAreNoticedAndKeptApartByFolder() throws IOException {
    Path other = data.resolve("line/leather/test/good");
    Processes.Run r = headclip(args("detect", good, images(other), "--batched", "--maps", "none"));
    assertThat(r.code()).as(r.err()).isZero();
    assertThat(r.err()).contains("look like two kinds", "--by-folder");
    r = headclip(args("detect", good, images(other), "--batched", "--by-folder", "--maps", "none"));
    assertThat(r.err()).doesNotContain("two kinds");
    assertThat(r.out().lines()).hasSize(good.size() + images(other).size());
  }

  @Test
  void wrongReferencesAreOneLineOrADocumentedResult() throws IOException {
    Path empty = Files.createDirectories(dir.resolve("empty"));
    Path broken = Files.write(dir.resolve("broken.png"), new byte[] {(byte) 0x89, 'P', 'N', 'G'});
    Path same = Files.copy(good.get(0), dir.resolve("same.png"));
    says(2, "no images", "detect", bad, "--normal", empty);
    says(2, "none of 1 references can be used", "detect", bad, "--normal", broken);
    says(0, "broken.png", "detect", bad, "--normal", broken, good.subList(0, 2));
    says(0, "counted once", "detect", bad, "--normal", good.get(0), same);
    says(2, "leave one out", "detect", bad, "--normal", good.get(0), "--batched");
    says(2, "--rotations without --normal", "detect", bad, "--rotations", "3");
    says(2, "expected subspace or knn", "detect", bad, "--scorer", "mutual", "--normal", good);
    says(2, "expected subspace or mutual", "detect", bad, "--scorer", "knn", "--batched");
    says(2, "1 to 8", "detect", bad, "--reference-layers", "9", "--normal", good);
    says(2, "expected at least 2", "detect", good.get(0), "--batched");
    says(0, "the same picture more than once", "detect", good.get(0), same, "--batched");
    says(2, "--reference-preset", "detect", bad, "--normal", good, "--reference-preset", "x");
    says(2, "one of the 2 references", "remember", "--out", remembered(), "--remove", bad.get(0));
    says(2, "no file of references", "remember", "--out", "new.safetensors", "--add", good);
  }

  private Path remembered() {
    Path part = dir.resolve("few.safetensors");
    assertThat(small(args("remember", "--normal", good.subList(0, 2), "--out", part)).code())
        .isZero();
    return part;
  }

  private void says(int code, String text, Object... parts) {
    Object[] all = args(parts);
    if (all[0].equals("detect")) {
      all = args(Arrays.asList(all), "--maps", "none");
    }
    Processes.Run r = headclip(all);
    assertThat(r.code()).as(r.err()).isEqualTo(code);
    assertThat(r.err()).contains(text).doesNotContain("internal error", "NaN");
  }

  @Test
  void publishedFormsRunBesideEveryMethod() throws IOException {
    for (String preset : List.of("subspacead", "april-gan", "anomalydino", "winclip")) {
      for (JsonNode j :
          json(bad.get(0), "--normal", good.subList(0, 2), "--reference-preset", preset)) {
        assertThat(j.path("score").asDouble()).as(preset).isBetween(0.0, 1.0);
      }
    }
    for (String method : List.of("winclip")) {
      double[] found =
          scores(
              json(
                  bad.get(0),
                  "--normal",
                  good.subList(0, 2),
                  "--backbone",
                  "starter",
                  "--method",
                  method,
                  "--class-name",
                  "tile"));
      assertThat(found[0]).as(method).isBetween(0.0, 1.0);
    }
  }

  @Test
  @Tag("long")
  void methodsOfManyViewsAreComparedByTheFirst() throws IOException {
    double[] found =
        scores(
            json(
                bad.get(0),
                "--normal",
                good.subList(0, 2),
                "--backbone",
                "starter",
                "--method",
                "anovl"));
    assertThat(found[0]).isBetween(0.0, 1.0);
  }

  @Test
  void figuresByNumberOfReferencesNeverJudgeAReference() throws IOException {
    Path root = data.resolve("line").resolve(KIND);
    Processes.Run r =
        small(
            "evaluate",
            "--root",
            root,
            "--shots",
            "0,1,2",
            "--seeds",
            "3,4",
            "--batched",
            "--out",
            dir.resolve("few"),
            "--format",
            "json");
    assertThat(r.code()).as(r.err()).isZero();
    JsonNode found = JSON.readTree(r.out());
    assertThat(found.path("rounds")).hasSize(6);
    for (JsonNode round : found.path("rounds")) {
      JsonNode counts = round.path("metrics").path("classes").path(KIND).path("counts");
      assertThat(counts.path("anomalous").asInt()).isEqualTo(bad.size());
    }
    assertThat(Files.readString(dir.resolve("few/few-shot.md")))
        .contains("| zero-shot |", "| 1-shot |", "| 2-shot |", "| batched |", " ± ");
    // the class that is done is taken as it is, but not for other rounds
    Path kept = images(dir.resolve("few/classes")).get(0);
    Files.writeString(
        kept, Files.readString(kept).replaceAll("\"auroc\" : [0-9.]+", "\"auroc\" : 0.125"));
    Object[] same = args("evaluate", "--root", root, "--seeds", "3,4", "--out", dir.resolve("few"));
    Object[] json = {"--format", "json"};
    Processes.Run again =
        small(args(List.of(same), "--shots", "0,1,2", "--batched", List.of(json)));
    assertThat(again.out()).contains("\"auroc\" : 0.125");
    Processes.Run other = small(args(List.of(same), "--shots", "0", List.of(json)));
    assertThat(other.out()).doesNotContain("\"auroc\" : 0.125");
    assertThat(JSON.readTree(other.out()).path("rounds").get(0))
        .isEqualTo(found.path("rounds").get(0));
  }

  @Test
  void aPlanComparesReferencesWithThePassOfOneNetworkAndGivesTheSameFigures() throws IOException {
    Path root = data.resolve("line").resolve(KIND);
    Files.writeString(
        dir.resolve("plan.yaml"),
        """
        backbone: starter
        protocol: exact
        seeds: [3, 4]
        variants:
          - {name: none, adapter: starter}
          - {name: two, of: none, shots: 2}
          - {name: near, of: none, shots: 1, scorer: knn}
          - {name: batch, of: none, batched: true, published: "musc, batched"}
          - {name: too many, of: none, shots: 9000}
        experiments:
          - targets: [{root: %s, name: line}]
        """
            .formatted(root));
    Processes.Run r = headclip("benchmark", Path.of("plan.yaml"), "--out", Path.of("b"));
    assertThat(r.code()).as(r.err()).isEqualTo(1);
    assertThat(r.out()).contains("References and batches", "| two |", " ± ");
    assertThat(r.err()).contains("fewer than 9000 normal images");
    Processes.Run evaluated =
        headclip(
            "evaluate",
            "--root",
            root,
            "--shots",
            "0,2",
            "--seeds",
            "3,4",
            "--batched",
            "--format",
            "json");
    JsonNode rounds = JSON.readTree(evaluated.out()).path("rounds");
    List<String> cells = List.of("none__0", "two__3", "two__4", "batch__3");
    for (int i = 1; i < cells.size(); i++) {
      JsonNode cell =
          JSON.readTree(
              dir.resolve("b/cells/none__%s__line.json".formatted(cells.get(i))).toFile());
      assertThat(cell.path("metrics").path("mean"))
          .isEqualTo(rounds.get(i).path("metrics").path("mean"));
    }
    Processes.Run again = headclip("benchmark", Path.of("plan.yaml"), "--out", Path.of("b"));
    assertThat(again.out()).isEqualTo(r.out());
    Files.writeString(
        dir.resolve("wrong.yaml"),
        "backbone: starter\nvariants: [{name: a, scorer: knn}]\nexperiments: [{targets: [x]}]\n");
    says(2, "either shots", "benchmark", Path.of("wrong.yaml"), "--out", Path.of("w"));
    Files.writeString(
        dir.resolve("wrong.yaml"), "backbone: starter\nexperiments: [{targets: [{root: x}]}]\n");
    says(2, "names no auxiliary set", "benchmark", Path.of("wrong.yaml"), "--out", Path.of("w"));
  }

  @Test
  void whatIsMaskedOutHasNoInfluence() throws IOException {
    RgbImage image = ImageLoader.defaults().load(good.get(0));
    RgbImage mask = RgbImage.blank(image.width(), image.height());
    RgbImage spoilt = new RgbImage(image.width(), image.height(), image.rgb().clone());
    for (int i = 0; i < mask.rgb().length; i++) {
      boolean counted = i / 3 % image.width() < image.width() / 2;
      mask.rgb()[i] = (byte) (counted ? 255 : 0);
      spoilt.rgb()[i] = counted ? spoilt.rgb()[i] : (byte) (i * 31 % 255);
    }
    write(mask, "mask.png");
    Path a = write(image, "a.png");
    Path b = write(spoilt, "b.png");
    for (List<String> how :
        List.of(
            List.<String>of(),
            List.of("--normal", good.get(1).toString(), good.get(2).toString()))) {
      double[] found = scores(json(a, b, "--mask", dir.resolve("mask.png"), how));
      assertThat(found[0]).as(how.toString()).isEqualTo(found[1]);
      double[] whole = scores(json(a, b, how));
      assertThat(whole[0]).isNotEqualTo(whole[1]);
    }
    // a remembered model keeps the mask of all its images
    Path part = dir.resolve("masked.safetensors");
    Path masked = dir.resolve("mask.png");
    List<Path> four = good.subList(2, 6);
    Processes.Run r = small(args("remember", "--normal", four, "--out", part, "--mask", masked));
    assertThat(r.code()).as(r.err()).isZero();
    double[] kept = scores(json(a, b, "--model", part));
    assertThat(kept[0]).isEqualTo(kept[1]);
    assertThat(kept)
        .containsExactly(
            scores(json(a, b, "--normal", four, "--mask", masked)),
            org.assertj.core.data.Offset.offset(1e-6));
    assertThat(headclip("remember", "--out", part, "--add", good.get(6)).code()).isZero();
    kept = scores(json(a, b, "--model", part));
    assertThat(kept[0]).isEqualTo(kept[1]);
    says(
        2,
        "--mask and --ignore together",
        "detect",
        a,
        "--mask",
        "mask.png",
        "--ignore",
        "mask.png");
    says(2, "no such file", "detect", a, "--mask", "nowhere.png");
    says(
        1,
        "no mask called a or a_mask",
        "detect",
        a,
        "--mask",
        Files.createDirectories(dir.resolve("none")));
  }

  private Path write(RgbImage image, String name) throws IOException {
    Path to = dir.resolve(name);
    try (OutputStream out = Files.newOutputStream(to)) {
      ImageWriter.png(image, out);
    }
    return to;
  }
}
