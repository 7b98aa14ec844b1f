package dev.headclip.spark;

import dev.headclip.HeadClipException;
import dev.headclip.spark.internal.model.Shipping;
import dev.headclip.spark.internal.score.Meters;
import dev.headclip.spark.internal.score.ScorePartition;
import dev.headclip.spark.results.ResultSchema;
import dev.headclip.spark.settings.DetectOptions;
import dev.headclip.spark.settings.ModelSpec;
import java.util.Arrays;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * Finds anomalies in the images of data frames.
 *
 * <pre>{@code
 * Dataset<Row> images = spark.read().format("binaryFile").load("hdfs:///parts/*.png");
 * Dataset<Row> found = HeadClipSpark.detect(images, ModelSpec.of("starter"), DetectOptions.defaults());
 * found.filter("anomalous").select("image", "score", "regions").show();
 * }</pre>
 */
public final class HeadClipSpark {
  private HeadClipSpark() {}

  /**
   * Scores images: a row for each (for each page of a TIFF), with the columns of {@link
   * ResultSchema} beside its own, in any order. Images that cannot be read are rows with an {@code
   * error}. Lazy, as Spark's other transformations.
   *
   * @param images with the columns that the options name, as {@code binaryFile} gives them; without
   *     content, executors open the paths
   * @throws HeadClipException where the model does not open, or the columns do not fit
   */
  public static Dataset<Row> detect(Dataset<Row> images, ModelSpec model, DetectOptions options) {
    StructType input = images.schema();
    if (!Arrays.asList(input.fieldNames()).contains(options.pathColumn())) {
      throw new HeadClipException(
          "no column %s, expected one that names the images; found %s"
              .formatted(options.pathColumn(), String.join(", ", input.fieldNames())));
    }
    StructType output = ResultSchema.of(input, options.contentColumn());
    SparkSession spark = images.sparkSession();
    ScorePartition score =
        new ScorePartition(
            Shipping.of(spark, model), options, new Meters(spark.sparkContext()), input);
    return images.mapPartitions(score, Encoders.row(output));
  }
}
