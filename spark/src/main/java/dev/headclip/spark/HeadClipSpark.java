package dev.headclip.spark;

import dev.headclip.HeadClipException;
import dev.headclip.spark.results.ResultSchema;
import dev.headclip.spark.settings.DetectOptions;
import dev.headclip.spark.settings.ModelSpec;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

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
    return prepare(images.sparkSession(), model, options).detect(images);
  }

  /**
   * A model for any number of data frames: zero-shot, against references, or batches.
   *
   * @throws HeadClipException where the model does not open
   */
  public static PreparedModel prepare(SparkSession spark, ModelSpec model, DetectOptions options) {
    return PreparedModel.of(spark, model, options);
  }
}
