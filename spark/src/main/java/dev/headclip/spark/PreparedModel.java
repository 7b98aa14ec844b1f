package dev.headclip.spark;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import dev.headclip.model.BuiltInModels;
import dev.headclip.model.ClipModel;
import dev.headclip.model.Model;
import dev.headclip.reference.ReferenceSettings;
import dev.headclip.spark.internal.compare.Batched;
import dev.headclip.spark.internal.compare.Mutual;
import dev.headclip.spark.internal.compare.ReferenceFit;
import dev.headclip.spark.internal.model.HadoopFiles;
import dev.headclip.spark.internal.model.Opening;
import dev.headclip.spark.internal.model.ShippedModel;
import dev.headclip.spark.internal.model.Shipping;
import dev.headclip.spark.internal.score.Columns;
import dev.headclip.spark.internal.score.Meters;
import dev.headclip.spark.internal.score.ScorePartition;
import dev.headclip.spark.results.ResultSchema;
import dev.headclip.spark.settings.CompareOptions;
import dev.headclip.spark.settings.DetectOptions;
import dev.headclip.spark.settings.ModelSpec;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * A model that executors can open, for any number of data frames. Its files travel once. All data
 * frames have the columns that the options name: see {@link HeadClipSpark#detect}.
 */
public final class PreparedModel {
  /** What travels between stages of a comparison are records, which Spark's Kryo cannot read. */
  public static final String SERIALIZER = "org.apache.spark.serializer.JavaSerializer";

  private final SparkSession spark;
  private final ModelSpec spec;
  private final DetectOptions options;
  private final Opening opening;
  private final Optional<String> references;
  private final Meters meters;

  private PreparedModel(
      SparkSession spark,
      ModelSpec spec,
      DetectOptions options,
      Opening opening,
      Optional<String> references,
      Meters meters) {
    this.spark = spark;
    this.spec = spec;
    this.options = options;
    this.opening = opening;
    this.references = references;
    this.meters = meters;
  }

  static PreparedModel of(SparkSession spark, ModelSpec spec, DetectOptions options) {
    ShippedModel shipped = Shipping.of(spark, spec);
    return new PreparedModel(
        spark,
        spec,
        options,
        Opening.of(shipped, options),
        Optional.empty(),
        new Meters(spark.sparkContext()));
  }

  /** Shows whether results are of the same model and settings: one line of JSON. */
  public String identity() {
    ObjectNode o = opening.json().put("options", options.toString());
    references.ifPresent(r -> o.put("references", r));
    return o.toString();
  }

  /** The same of batches. */
  public String identity(CompareOptions how, boolean grouped) {
    return opening
        .json()
        .put("options", options.toString())
        .put("batched", how.toString())
        .put("grouped", grouped)
        .toString();
  }

  /** See {@link HeadClipSpark#detect}. */
  public Dataset<Row> detect(Dataset<Row> images) {
    Columns columns = Columns.of(images.schema(), options);
    StructType output = ResultSchema.of(images.schema(), options.contentColumn());
    return images.mapPartitions(
        new ScorePartition(opening, options, meters, columns), Encoders.row(output));
  }

  /**
   * Fits to normal images, by all executors; the numbers are those of {@code headclip remember}.
   *
   * @throws HeadClipException where none can be read
   */
  public References remember(Dataset<Row> normal, CompareOptions how) {
    requireSerializer();
    Opening tokens = opening.comparing(how);
    ReferenceSettings settings = settings(tokens);
    if (settings.scorer() == ReferenceSettings.Scorer.MUTUAL) {
      throw new HeadClipException("scorer mutual: expected subspace or knn for references");
    }
    Columns columns = Columns.of(normal.schema(), options);
    ReferenceFit.Fitted found =
        new ReferenceFit(tokens, options, columns, settings).of(normal.toJavaRDD());
    return new References(found.model(), found.remarks(), tokens, place());
  }

  /** Fits to normal images by a subspace of their patches. */
  public References remember(Dataset<Row> normal) {
    return remember(normal, CompareOptions.defaults());
  }

  /** This model against references that it remembered. */
  public PreparedModel against(References known) {
    byte[] file = known.bytes();
    String digest = known.model().digest();
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Opening against = opening.against(context.broadcast(file), digest);
    return new PreparedModel(spark, spec, options, against, Optional.of(digest), meters);
  }

  /**
   * Unlabelled images of one kind, most of them normal, by one another; the numbers are those of
   * {@code headclip detect --batched}, for any number of images. With a subspace, both passes over
   * them are done when this returns; what is left is done by whoever asks for rows.
   *
   * @param group a column: the images of each of its values are a batch of their own
   */
  public Dataset<Row> batched(Dataset<Row> images, CompareOptions how, Optional<String> group) {
    requireSerializer();
    Opening tokens = opening.comparing(how);
    ReferenceSettings settings = settings(tokens);
    StructType input = images.schema();
    Columns columns = Columns.of(input, options);
    StructType output = ResultSchema.of(input, options.contentColumn());
    int at = group.map(g -> column(input, g)).orElse(-1);
    JavaRDD<Row> rows = images.toJavaRDD();
    JavaRDD<Row> found =
        switch (settings.scorer()) {
          case SUBSPACE -> new Batched(tokens, options, settings, meters).of(rows, columns, at);
          case MUTUAL ->
              new Mutual(tokens, options, meters, columns, how.mutualMost()).of(rows, at);
          case KNN ->
              throw new HeadClipException("scorer knn: expected subspace or mutual for a batch");
        };
    return spark.createDataFrame(found, output);
  }

  private void requireSerializer() {
    String found = spark.sparkContext().conf().get("spark.serializer", SERIALIZER);
    if (!found.equals(SERIALIZER)) {
      throw new HeadClipException(
          "spark.serializer is %s, comparisons need %s; set it for this application"
              .formatted(found, SERIALIZER));
    }
  }

  private static int column(StructType input, String name) {
    List<String> names = Arrays.asList(input.fieldNames());
    if (!names.contains(name)) {
      throw new HeadClipException(
          "no column %s to group by, found %s".formatted(name, String.join(", ", names)));
    }
    return names.indexOf(name);
  }

  /** How images are compared, checked against the model. */
  private static ReferenceSettings settings(Opening tokens) {
    try (Model model = tokens.builder(1).openModel()) {
      if (!(model instanceof ClipModel clip)) {
        throw new HeadClipException(
            "%s: an exported model gives no tokens to compare; expected a backbone and an adapter"
                .formatted(model.name()));
      }
      if (clip.references().isPresent()) {
        throw new HeadClipException(
            "%s: holds references already; expected a model without".formatted(model.name()));
      }
      ReferenceSettings found = tokens.references(clip.backbone().config());
      found.taps(clip.backbone().config()).check(clip.backbone().config());
      return found;
    }
  }

  /** Paths as they were given, for files that others read. */
  private ObjectNode place() {
    ObjectNode o = JsonNodeFactory.instance.objectNode();
    boolean builtIn = BuiltInModels.names().contains(spec.model());
    o.put("model", builtIn ? spec.model() : absolute(spec.model()));
    spec.adapter().ifPresent(a -> o.put("adapter", absolute(a)));
    return o;
  }

  private static String absolute(String place) {
    return HadoopFiles.uri(place) ? place : Path.of(place).toAbsolutePath().normalize().toString();
  }
}
