package dev.headclip.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headclip.spark.results.ResultSchema;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.feature.SQLTransformer;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stage of Spark ML as any other: copied, saved, read, and part of a pipeline. */
class AnomalyDetectorTest {
  @TempDir private static Path dir;
  private static SparkSession spark;

  @BeforeAll
  static void open() {
    spark = LocalSpark.session();
  }

  private static AnomalyDetector changed() {
    return new AnomalyDetector()
        .setThreshold(0.75)
        .setSettings("lambda=0.25")
        .setEngine("precision=fp32")
        .setMaps(true)
        .setMaxPixels(1_000_000)
        .setMaxSeconds(9);
  }

  @Test
  void whatIsSavedIsReadAsItWas() throws Exception {
    AnomalyDetector wanted = changed();
    wanted.write().overwrite().save(dir.resolve("stage").toString());
    AnomalyDetector found = AnomalyDetector.load(dir.resolve("stage").toString());
    assertThat(found.uid()).isEqualTo(wanted.uid());
    assertThat(found.spec()).isEqualTo(wanted.spec());
    assertThat(found.options()).isEqualTo(wanted.options());
    assertThat(found.spec().settings()).containsEntry("threshold", "0.75");
  }

  @Test
  void aCopyTakesWhatIsGivenBesides() {
    AnomalyDetector one = changed();
    AnomalyDetector copy = one.copy(new ParamMap().put(one.maps(), false));
    assertThat(copy.options().maps()).isFalse();
    assertThat(one.options().maps()).isTrue();
    assertThat(copy.spec()).isEqualTo(one.spec());
    assertThat(one.explainParams()).contains("threshold", "contentCol");
  }

  @Test
  void aPipelineGivesVerdicts() throws Exception {
    Dataset<Row> images = spark.read().format("binaryFile").load("../samples/socket_*.jpg");
    SQLTransformer some =
        new SQLTransformer()
            .setStatement("SELECT image, score, anomalous FROM __THIS__ WHERE error IS NULL");
    Pipeline pipeline = new Pipeline().setStages(new PipelineStage[] {new AnomalyDetector(), some});
    PipelineModel model = pipeline.fit(images);
    model.write().overwrite().save(dir.resolve("pipeline").toString());
    Dataset<Row> found = PipelineModel.load(dir.resolve("pipeline").toString()).transform(images);
    List<Row> rows = found.collectAsList();
    assertThat(rows).hasSize(2);
    assertThat(new AnomalyDetector().transformSchema(images.schema()).fieldNames())
        .contains("path", "length", "score", "error")
        .doesNotContain("content")
        .endsWith(ResultSchema.ADDED.fieldNames());
  }

  @Test
  void pairsThatAreNoneAreNamed() {
    assertThatThrownBy(() -> new AnomalyDetector().setSettings("lambda").spec())
        .hasMessageContaining("lambda")
        .hasMessageContaining("key=value");
  }
}
