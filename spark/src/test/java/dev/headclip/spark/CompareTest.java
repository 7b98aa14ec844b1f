package dev.headclip.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headclip.HeadClipException;
import dev.headclip.detect.Comparer;
import dev.headclip.detect.Detection;
import dev.headclip.detect.DetectionJson;
import dev.headclip.detect.Detector;
import dev.headclip.detect.DetectorBuilder;
import dev.headclip.detect.ImageSource;
import dev.headclip.detect.Outcome;
import dev.headclip.image.ImageWriter;
import dev.headclip.image.RgbImage;
import dev.headclip.reference.ReferenceModel;
import dev.headclip.spark.settings.CompareOptions;
import dev.headclip.spark.settings.DetectOptions;
import dev.headclip.spark.settings.ModelSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** References and batches over all tasks: the numbers of one machine, to the last bit. */
class CompareTest {
  /** A third of its patches: how well it sees is not what is tried here. */
  private static final int SIZE = 160;

  private static final ModelSpec STARTER =
      ModelSpec.of("starter").with("image_size", String.valueOf(SIZE));

  @TempDir private static Path dir;
  private static SparkSession spark;
  private static PreparedModel model;

  @BeforeAll
  static void open() throws IOException {
    spark = LocalSpark.session();
    model = HeadClipSpark.prepare(spark, STARTER, DetectOptions.defaults());
    for (int kind = 0; kind < 2; kind++) {
      for (int i = 0; i < 21; i++) {
        draw(dir.resolve("kind%d/%02d.png".formatted(kind, i)), kind, i, i % 7 == 3);
      }
    }
  }

  /** Stripes of a kind, some with a spot. */
  private static void draw(Path to, int kind, int seed, boolean spot) throws IOException {
    Files.createDirectories(to.getParent());
    Random random = new Random(100L * kind + seed);
    RgbImage image = RgbImage.blank(100, 90);
    for (int y = 0; y < 90; y++) {
      for (int x = 0; x < 100; x++) {
        double v = 120 + 50 * Math.sin((kind == 0 ? x : y) / 5.0) + 8 * random.nextGaussian();
        if (spot && Math.hypot(x - 60, y - 40) < 9) {
          v = 20;
        }
        for (int c = 0; c < 3; c++) {
          image.rgb()[(y * 100 + x) * 3 + c] = (byte) Math.max(0, Math.min(255, v - 20 * c));
        }
      }
    }
    try (OutputStream out = Files.newOutputStream(to)) {
      ImageWriter.png(image, out);
    }
  }

  private static List<Path> images(String folder) throws IOException {
    try (Stream<Path> all = Files.list(dir.resolve(folder))) {
      return all.sorted().toList();
    }
  }

  private static Dataset<Row> paths(List<Path> files) {
    return spark
        .createDataset(files.stream().map(Path::toString).toList(), Encoders.STRING())
        .toDF("path")
        .repartition(3);
  }

  private static void assertSame(Row found, Outcome wanted) {
    if (wanted instanceof Outcome.Failed f) {
      assertThat((String) found.getAs("error")).isEqualTo(f.error());
      return;
    }
    Detection d = ((Outcome.Scored) wanted).detection();
    assertThat((String) found.getAs("error")).isNull();
    assertThat((double) found.getAs("score")).isEqualTo(DetectionJson.rounded(d.score()));
    assertThat((double) found.getAs("raw_score")).isEqualTo(d.raw().orElseThrow().score());
    assertThat((boolean) found.getAs("anomalous")).isEqualTo(d.anomalous());
    assertThat(found.getList(found.fieldIndex("regions"))).hasSameSizeAs(d.regions());
  }

  private static DetectorBuilder builder(Map<String, String> settings) {
    return Detector.builder("starter").imageSize(SIZE).references(settings);
  }

  private static void assertBatch(
      Map<String, Row> rows, List<Path> files, Map<String, String> settings) {
    try (Comparer comparer = builder(settings).comparer()) {
      for (Outcome o : comparer.score(files.stream().map(ImageSource::of).toList()).outcomes()) {
        Row row = rows.get(Path.of(o.source().id()).getFileName().toString());
        assertSame(row, o);
        Row references = row.getAs("references");
        if (o instanceof Outcome.Scored) {
          assertThat((int) references.getAs("count")).isEqualTo(files.size());
          assertThat((boolean) references.getAs("batch")).isTrue();
        }
      }
    }
  }

  @Test
  void eachGroupOfABatchHasTheNumbersOfDetect() throws IOException {
    List<Path> broken = new ArrayList<>(images("kind0"));
    Path none = Files.writeString(dir.resolve("none.png"), "no picture");
    broken.add(none);
    List<Path> all = new ArrayList<>(broken);
    all.addAll(images("kind1"));
    Path alone = Files.createDirectories(dir.resolve("alone")).resolve("one.png");
    Files.copy(images("kind1").get(0), alone);
    all.add(alone);
    Dataset<Row> images =
        paths(all)
            .withColumn(
                "kind",
                functions
                    .when(functions.col("path").contains("kind1"), "stripes")
                    .when(functions.col("path").contains("alone"), "alone")
                    .otherwise("bars"));
    Dataset<Row> found =
        model.batched(images, CompareOptions.defaults(), Optional.of("kind")).cache();
    assertThat(found.count()).isEqualTo(all.size());
    assertBatch(LocalSpark.byName(found.filter("kind = 'bars'")), broken, Map.of());
    assertBatch(LocalSpark.byName(found.filter("kind = 'stripes'")), images("kind1"), Map.of());
    Row single = found.filter("kind = 'alone'").first();
    assertThat((String) single.getAs("error")).contains("a batch of 1 image(s)");
  }

  @Test
  void joinedWithTheMethodItIsTheSame() throws IOException {
    Map<String, String> settings = Map.of("join", "balanced");
    Dataset<Row> found =
        model.batched(
            paths(images("kind0")),
            CompareOptions.defaults().with("join", "balanced"),
            Optional.empty());
    assertBatch(LocalSpark.byName(found), images("kind0"), settings);
  }

  @Test
  void mutualScoringIsOfGroupsUpToASize() throws IOException {
    List<Path> some = images("kind0").subList(0, 8);
    CompareOptions mutual = CompareOptions.defaults().withPreset("musc");
    Map<String, Row> rows = LocalSpark.byName(model.batched(paths(some), mutual, Optional.empty()));
    try (Comparer comparer =
        Detector.builder("starter").imageSize(SIZE).referencePreset("musc").comparer()) {
      comparer
          .score(some.stream().map(ImageSource::of).toList())
          .outcomes()
          .forEach(o -> assertSame(rows.get(Path.of(o.source().id()).getFileName().toString()), o));
    }
    Map<String, Row> refused =
        LocalSpark.byName(model.batched(paths(some), mutual.withMutualMost(5), Optional.empty()));
    assertThat(refused).hasSize(8);
    assertThat((String) refused.get("00.png").getAs("error")).contains("8 images", "up to 5");
  }

  private static void assertReferences(List<Path> normal, CompareOptions how) throws IOException {
    References found = model.remember(paths(normal), how);
    DetectorBuilder one =
        builder(how.settings()).normalImages(normal.stream().map(p -> ImageSource.of(p)).toList());
    DetectorBuilder.WithReferences wanted = one.withReferences();
    try (Detector detector = wanted.detector()) {
      ReferenceModel m = wanted.fitted().model();
      assertThat(found.model().digest()).isEqualTo(m.digest());
      assertThat(found.model().ends()).isEqualTo(m.ends());
      assertThat(found.model().known()).hasSameSizeAs(m.known());
      assertThat(found.remarks()).isEqualTo(wanted.fitted().remarks());
      List<Path> tried = images("kind1").subList(0, 5);
      Map<String, Row> rows = LocalSpark.byName(model.against(found).detect(paths(tried)));
      for (Path p : tried) {
        Row row = rows.get(p.getFileName().toString());
        assertSame(
            row, new Outcome.Scored(ImageSource.of(p), detector.detect(p), Optional.empty()));
        assertThat((int) row.<Row>getAs("references").getAs("count")).isEqualTo(m.references());
      }
      // the file is what the command line takes
      Path file = dir.resolve("remembered.safetensors");
      found.write(file);
      try (Detector read = Detector.load(file.toString())) {
        assertThat(read.detect(tried.get(0)).score())
            .isEqualTo(detector.detect(tried.get(0)).score());
      }
    }
  }

  @Test
  void manyReferencesAreFittedByAllTasksToTheSameBits() throws IOException {
    List<Path> normal = new ArrayList<>(images("kind1"));
    // the same picture again, and one that is none
    Path copy = dir.resolve("again.png");
    Files.copy(normal.get(4), copy, StandardCopyOption.REPLACE_EXISTING);
    normal.add(0, copy);
    assertReferences(normal, CompareOptions.defaults().with("join", "balanced"));
    // a row that is there twice is the same picture, and says nothing
    List<Path> twice = new ArrayList<>(images("kind1"));
    twice.addAll(images("kind1"));
    assertThat(model.remember(paths(twice)).model().digest())
        .isEqualTo(model.remember(paths(images("kind1"))).model().digest());
    assertReferences(
        images("kind1").subList(0, 18), CompareOptions.defaults().with("rotations", "2"));
  }

  @Test
  void fewReferencesAndBanksAreFittedByOneTask() throws IOException {
    assertReferences(images("kind1").subList(0, 1), CompareOptions.defaults());
    assertReferences(images("kind1").subList(0, 4), CompareOptions.defaults());
    assertReferences(
        images("kind1").subList(0, 18), CompareOptions.defaults().with("scorer", "knn"));
  }

  @Test
  void whatDoesNotFitIsToldOfBeforeAnythingRuns() throws IOException {
    Dataset<Row> some = paths(images("kind0").subList(0, 3));
    assertThatThrownBy(
            () ->
                model.batched(
                    some, CompareOptions.defaults().with("scorer", "knn"), Optional.empty()))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining("scorer knn");
    assertThatThrownBy(() -> model.batched(some, CompareOptions.defaults(), Optional.of("sort")))
        .hasMessageContaining("no column sort");
    assertThatThrownBy(
            () -> model.remember(some, CompareOptions.defaults().with("reference_layers", "77")))
        .hasMessageContaining("77");
    assertThatThrownBy(() -> model.remember(paths(List.of(dir.resolve("gone.png")))))
        .hasMessageContaining("gone.png");
  }
}
