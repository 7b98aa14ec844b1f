package dev.headclip.spark;

import dev.headclip.HeadClipException;
import dev.headclip.spark.internal.model.ShippedModel;
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
    return prepare(images.sparkSession(), model, options).detect(images);
  }

  /**
   * A model on its way to the executors once, for any number of data frames.
   *
   * @throws HeadClipException where the model does not open
   */
  public static Prepared prepare(SparkSession spark, ModelSpec model, DetectOptions options) {
    return new Prepared(Shipping.of(spark, model), options, new Meters(spark.sparkContext()));
  }

  /** A model that executors can open. */
  public static final class Prepared {
    private final ShippedModel model;
    private final DetectOptions options;
    private final Meters meters;

    private Prepared(ShippedModel model, DetectOptions options, Meters meters) {
      this.model = model;
      this.options = options;
      this.meters = meters;
    }

    /** Shows whether results are of the same model and settings: one line of JSON. */
    public String identity() {
      return model.json().put("options", options.toString()).toString();
    }

    /** See {@link HeadClipSpark#detect}. */
    public Dataset<Row> detect(Dataset<Row> images) {
      StructType input = images.schema();
      if (!Arrays.asList(input.fieldNames()).contains(options.pathColumn())) {
        throw new HeadClipException(
            "no column %s, expected one that names the images; found %s"
                .formatted(options.pathColumn(), String.join(", ", input.fieldNames())));
      }
      StructType output = ResultSchema.of(input, options.contentColumn());
      return images.mapPartitions(
          new ScorePartition(model, options, meters, input), Encoders.row(output));
    }
  }
}
