package dev.headclip.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.HeadClipException;
import dev.headclip.detect.Detection;
import dev.headclip.detect.DetectionJson;
import dev.headclip.detect.Detector;
import dev.headclip.detect.ImageSource;
import dev.headclip.image.MapWriter;
import dev.headclip.spark.results.ResultSchema;
import dev.headclip.spark.settings.DetectOptions;
import dev.headclip.spark.settings.ModelSpec;
import dev.headclip.testing.Golden;
import dev.headclip.testing.TiffWriter;
import java.io.ByteArrayOutputStream;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data frames of images: the answers of {@code detect}, whatever is among them. */
class DetectTest {
  private static final Path SAMPLES = Path.of("../samples");
  private static final ObjectMapper JSON = new ObjectMapper();
  @TempDir private static Path dir;
  private static SparkSession spark;
  private static Detector detector;

  @BeforeAll
  static void open() {
    spark = LocalSpark.session();
    detector = Detector.load("starter");
  }

  @AfterAll
  static void close() {
    detector.close();
  }

  private static Dataset<Row> files(Path folder) {
    return spark.read().format("binaryFile").load(folder.toString());
  }

  private static Dataset<Row> detected(Dataset<Row> images, DetectOptions options) {
    return HeadClipSpark.detect(images, ModelSpec.of("starter"), options);
  }

  private static Dataset<Row> detected(Dataset<Row> images) {
    return detected(images, DetectOptions.defaults());
  }

  /** A row as the JSON that the command line prints; Spark's own JSON of it. */
  private static JsonNode json(Row r) throws Exception {
    return JSON.readTree(r.json());
  }

  private static void assertSame(Row found, Detection wanted) throws Exception {
    JsonNode row = json(found);
    JsonNode line = DetectionJson.of("x", wanted, "starter", Optional.empty(), Optional.empty());
    assertThat(row.path("error").isNull()).isTrue();
    for (String name : ResultSchema.ADDED.fieldNames()) {
      if (List.of("image", "ms", "map", "feature").contains(name)) {
        continue;
      }
      JsonNode value = row.path(name);
      assertThat(value.isNull()).as(name).isEqualTo(line.path(name).isMissingNode());
      if (value.isDouble()) {
        assertThat(value.asDouble()).as(name).isCloseTo(line.path(name).asDouble(), within(1e-6));
      } else if (!name.equals("regions") && !value.isNull()) {
        assertThat(value).as(name).isEqualTo(line.path(name));
      }
    }
    assertThat(row.path("regions")).hasSameSizeAs(line.path("regions"));
    for (int i = 0; i < row.path("regions").size(); i++) {
      JsonNode region = row.path("regions").path(i);
      JsonNode other = line.path("regions").path(i);
      assertThat(region.path("box")).isEqualTo(other.path("box"));
      assertThat(region.path("peak").asDouble())
          .isCloseTo(other.path("peak").asDouble(), within(1e-6));
      assertThat(region.path("area").asDouble())
          .isCloseTo(other.path("area").asDouble(), within(1e-6));
    }
  }

  @Test
  void everySampleHasTheAnswerOfDetect() throws Exception {
    Dataset<Row> found = detected(files(SAMPLES), DetectOptions.defaults().withMaps(true));
    Map<String, Row> rows = LocalSpark.byName(found);
    try (var all = Files.list(SAMPLES)) {
      List<Path> images = all.filter(p -> p.toString().endsWith(".jpg")).toList();
      assertThat(rows).hasSize(images.size());
      for (Path image : images) {
        Row row = rows.get(image.getFileName().toString());
        Detection wanted = detector.detect(image);
        assertSame(row, wanted);
        ByteArrayOutputStream map = new ByteArrayOutputStream();
        MapWriter.png(wanted.map(), map);
        byte[] png = row.getAs("map");
        assertThat(png.length).isCloseTo(map.size(), within(64));
        assertThat((long) row.getAs("length")).isEqualTo(Files.size(image));
      }
    }
  }

  @Test
  void realPhotographsHaveTheAnswersOfDetect() throws Exception {
    List<Path> photographs;
    try (Stream<Path> all = Files.walk(Golden.shared("data/real"))) {
      List<Path> found =
          all.filter(p -> p.toString().matches("(?i).*\\.(png|jpe?g|bmp|tiff?)")).sorted().toList();
      // of all kinds, evenly
      photographs =
          IntStream.range(0, found.size()).filter(i -> i % 9 == 0).mapToObj(found::get).toList();
    }
    Dataset<Row> images =
        spark
            .createDataset(photographs.stream().map(Path::toString).toList(), Encoders.STRING())
            .toDF("path");
    List<Row> rows = detected(images.repartition(4)).collectAsList();
    assertThat(rows).hasSize(photographs.size());
    for (Row row : rows) {
      assertSame(row, detector.detect(Path.of((String) row.getAs("path"))));
    }
  }

  @Test
  void whatCannotBeReadIsARowWithAnError() throws Exception {
    Path folder = Files.createDirectories(dir.resolve("mixed"));
    Files.copy(SAMPLES.resolve("socket_good.jpg"), folder.resolve("good.jpg"));
    byte[] cut = Files.readAllBytes(SAMPLES.resolve("socket_crack.jpg"));
    Files.write(folder.resolve("cut.jpg"), Arrays.copyOf(cut, cut.length / 2));
    Files.writeString(folder.resolve("text.png"), "no picture");
    Files.write(folder.resolve("empty.png"), new byte[0]);
    // binaryFile itself passes over files without a byte
    Dataset<Row> images =
        spark
            .createDataset(
                Stream.of("good.jpg", "cut.jpg", "text.png", "empty.png")
                    .map(name -> folder.resolve(name).toString())
                    .toList(),
                Encoders.STRING())
            .toDF("path");
    Map<String, Row> rows = LocalSpark.byName(detected(images));
    assertThat(rows).hasSize(4);
    assertSame(rows.get("good.jpg"), detector.detect(folder.resolve("good.jpg")));
    for (String broken : List.of("cut.jpg", "text.png", "empty.png")) {
      Row row = rows.get(broken);
      assertThatThrownBy(() -> detector.detect(folder.resolve(broken)))
          .hasMessageContaining((String) row.getAs("error"));
      assertThat((Object) row.getAs("score")).isNull();
    }
  }

  @Test
  void eachPageOfATiffIsARow() throws Exception {
    Path folder = Files.createDirectories(dir.resolve("tiff"));
    Path scan = folder.resolve("scan.tif");
    write(scan, 3);
    Map<String, Row> rows = LocalSpark.byName(detected(files(folder)));
    assertThat(rows).containsOnlyKeys("scan.tif[1]", "scan.tif[2]", "scan.tif[3]");
    for (int page = 1; page <= 3; page++) {
      Row row = rows.get("scan.tif[%d]".formatted(page));
      assertSame(row, detector.detect(ImageSource.of(scan, page)));
      assertThat((int) row.getAs("page")).isEqualTo(page);
      assertThat((int) row.getAs("pages")).isEqualTo(3);
    }
    Dataset<Row> first = detected(files(folder), DetectOptions.defaults().withAllPages(false));
    assertThat(LocalSpark.byName(first)).containsOnlyKeys("scan.tif");
  }

  private static void write(Path to, int pages) throws Exception {
    TiffWriter w = new TiffWriter(8, 3, 2, false, ByteOrder.LITTLE_ENDIAN, 1, 1);
    List<TiffWriter.Page> all = new ArrayList<>();
    for (int p = 0; p < pages; p++) {
      int[] numbers = new Random(p).ints(90 * 70 * 3, 0, 256).toArray();
      all.add(new TiffWriter.Page(90, 70, numbers));
    }
    Files.write(to, w.write(all));
  }

  @Test
  void pathsAloneAreEnough() throws Exception {
    List<String> paths =
        List.of(
            SAMPLES.toAbsolutePath().normalize() + "/metal_good.jpg",
            "file://" + SAMPLES.toAbsolutePath().normalize() + "/metal_pitting.jpg",
            dir + "/not there.jpg");
    Dataset<Row> images = spark.createDataset(paths, Encoders.STRING()).toDF("path");
    Map<String, Row> rows = LocalSpark.byName(detected(images));
    assertSame(rows.get("metal_good.jpg"), detector.detect(SAMPLES.resolve("metal_good.jpg")));
    assertSame(
        rows.get("metal_pitting.jpg"), detector.detect(SAMPLES.resolve("metal_pitting.jpg")));
    assertThat((String) rows.get("not there.jpg").getAs("error")).isEqualTo("no such file");
  }

  @Test
  void featuresComeBesideTheSameScores() throws Exception {
    Dataset<Row> some = files(SAMPLES).filter("path LIKE '%socket%'");
    Map<String, Row> rows =
        LocalSpark.byName(detected(some, DetectOptions.defaults().withFeatures(true)));
    for (String name : List.of("socket_good.jpg", "socket_crack.jpg")) {
      assertThat(rows.get(name).getList(rows.get(name).fieldIndex("feature"))).hasSize(192);
      double score = rows.get(name).getAs("score");
      assertThat(score)
          .isEqualTo(DetectionJson.rounded(detector.detect(SAMPLES.resolve(name)).score()));
    }
  }

  @Test
  void aColumnThatResultsHaveTooIsNamed() {
    Dataset<Row> images = files(SAMPLES).withColumnRenamed("length", "Score");
    assertThatThrownBy(() -> detected(images))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining("column Score");
    assertThatThrownBy(() -> detected(files(SAMPLES).drop("path")))
        .hasMessageContaining("no column path")
        .hasMessageContaining("content");
  }

  @Test
  void aModelThatIsNotThereIsToldOfAtOnce() {
    assertThatThrownBy(
            () ->
                HeadClipSpark.detect(
                    files(SAMPLES), ModelSpec.of("no/such/model"), DetectOptions.defaults()))
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining("no/such/model")
        .hasMessageContaining("starter");
  }
}
