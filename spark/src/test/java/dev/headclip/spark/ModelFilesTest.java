package dev.headclip.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headclip.detect.DetectionJson;
import dev.headclip.detect.Detector;
import dev.headclip.spark.settings.CompareOptions;
import dev.headclip.spark.settings.DetectOptions;
import dev.headclip.spark.settings.ModelSpec;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models on their way to executors: the files that the driver saw, or an error that says so. */
class ModelFilesTest {
  private static final Path IMAGE =
      Path.of("../samples/socket_crack.jpg").toAbsolutePath().normalize();
  @TempDir private static Path dir;
  private static SparkSession spark;
  private static Path model;
  private static double wanted;

  @BeforeAll
  static void open() throws Exception {
    spark = LocalSpark.session();
    model = Files.createDirectories(dir.resolve("clip"));
    for (String file :
        List.of(
            "config.json",
            "preprocessor_config.json",
            "tokenizer.json",
            "model.safetensors",
            "adapter.safetensors")) {
      try (InputStream in =
          Detector.class.getResourceAsStream("/headclip/models/starter/" + file)) {
        if (in != null) {
          Files.copy(in, model.resolve(file));
        }
      }
    }
    // the same weights in another form, which nobody needs
    Files.write(model.resolve("pytorch_model.bin"), new byte[1000]);
    try (Detector detector = Detector.load("starter")) {
      wanted = DetectionJson.rounded(detector.detect(IMAGE).score());
    }
  }

  private static Path copy(String name) throws Exception {
    Path to = Files.createDirectories(dir.resolve(name));
    try (var all = Files.list(model)) {
      for (Path f : all.toList()) {
        Files.copy(f, to.resolve(f.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    return to;
  }

  private static Dataset<Row> image() {
    return spark.createDataset(List.of(IMAGE.toString()), Encoders.STRING()).toDF("path");
  }

  private static PreparedModel prepared(ModelSpec spec) {
    return HeadClipSpark.prepare(spark, spec, DetectOptions.defaults());
  }

  private static void assertScore(PreparedModel with) {
    Row row = with.detect(image()).first();
    assertThat((String) row.getAs("error")).isNull();
    assertThat((double) row.getAs("score")).isEqualTo(wanted);
  }

  @Test
  void aFolderOfTheDriversTravelsAndMayBeGoneThen() throws Exception {
    Path folder = copy("travels");
    PreparedModel with = prepared(ModelSpec.of(folder.toString()));
    Files.delete(folder.resolve("model.safetensors"));
    assertScore(with);
    assertThat((String) with.detect(image()).first().getAs("model")).isEqualTo(folder.toString());
  }

  @Test
  void aSharedFolderIsUsedWhereItIsAndIsTheSameOrRefused() throws Exception {
    Path folder = copy("shared");
    PreparedModel with = prepared(ModelSpec.of(folder.toUri().toString()));
    assertScore(with);
    Path other = copy("tampered");
    PreparedModel changed = prepared(ModelSpec.of(other.toUri().toString()));
    Files.writeString(
        other.resolve("config.json"), Files.readString(other.resolve("config.json")) + "\n");
    assertThatThrownBy(() -> changed.detect(image()).collectAsList())
        .hasStackTraceContaining("SHA-256")
        .hasStackTraceContaining("config.json");
  }

  @Test
  void anAdapterMayBeElsewhere() throws Exception {
    Path folder = copy("apart");
    Path adapter = dir.resolve("own.safetensors");
    Files.move(folder.resolve("adapter.safetensors"), adapter);
    PreparedModel with = prepared(ModelSpec.of(folder.toString()).withAdapter(adapter.toString()));
    assertScore(with);
    assertThat((String) with.detect(image()).first().getAs("model")).isEqualTo("own.safetensors");
    assertThatThrownBy(() -> prepared(ModelSpec.of(folder.toString())))
        .hasMessageContaining("adapter.safetensors");
  }

  @Test
  void rememberedReferencesTakeTheirModelAlong() throws Exception {
    Path folder = copy("base");
    Path file = dir.resolve("part.safetensors");
    prepared(ModelSpec.of(folder.toString()))
        .remember(
            spark
                .createDataset(
                    List.of(IMAGE.resolveSibling("socket_good.jpg").toString()), Encoders.STRING())
                .toDF("path"),
            CompareOptions.defaults())
        .write(file);
    double found = prepared(ModelSpec.of(file.toString())).detect(image()).first().getAs("score");
    try (Detector detector = Detector.load(file.toString())) {
      assertThat(found).isEqualTo(DetectionJson.rounded(detector.detect(IMAGE).score()));
    }
  }
}
