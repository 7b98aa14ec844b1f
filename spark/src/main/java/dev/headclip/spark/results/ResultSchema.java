package dev.headclip.spark.results;

import static org.apache.spark.sql.types.DataTypes.BinaryType;
import static org.apache.spark.sql.types.DataTypes.BooleanType;
import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.FloatType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import dev.headclip.HeadClipException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The columns of results: the fields of {@code headclip detect --format json}, under the same
 * names. What a line of JSON leaves out is null; {@code map} is the picture itself, and {@code
 * feature}, where asked for, the image's mean token, for drift.
 */
public final class ResultSchema {
  /** Of a region: box as x, y, width, height; centroid as x, y; image pixels. */
  public static final StructType REGION =
      struct(
          field("box", new ArrayType(IntegerType, false)),
          field("area", DoubleType),
          field("peak", DoubleType),
          field("score", DoubleType),
          field("centroid", new ArrayType(DoubleType, false)));

  /** Of what an image was compared with. */
  public static final StructType REFERENCES =
      struct(field("scorer", StringType), field("count", IntegerType), field("batch", BooleanType));

  /** All columns that are added. */
  public static final StructType ADDED =
      struct(
          field("image", StringType),
          field("score", DoubleType),
          field("global_score", DoubleType),
          field("local_score", DoubleType),
          field("raw_score", DoubleType),
          field("anomalous", BooleanType),
          field("threshold", DoubleType),
          field("map_threshold", DoubleType),
          field("width", IntegerType),
          field("height", IntegerType),
          field("page", IntegerType),
          field("pages", IntegerType),
          field("frames", IntegerType),
          field("regions", new ArrayType(REGION, false)),
          field("map", BinaryType),
          field("feature", new ArrayType(FloatType, false)),
          field("model", StringType),
          field("ms", DoubleType),
          field("references", REFERENCES),
          field("error", StringType));

  private ResultSchema() {}

  private static StructField field(String name, DataType type) {
    return DataTypes.createStructField(name, type, true);
  }

  private static StructType struct(StructField... fields) {
    return new StructType(fields);
  }

  /**
   * The columns of a data frame's results: its own but for the images' bytes, then the added ones.
   *
   * @throws HeadClipException where it has one of these already
   */
  public static StructType of(StructType input, String contentColumn) {
    Set<String> added =
        List.of(ADDED.fieldNames()).stream()
            .map(n -> n.toLowerCase(Locale.ROOT))
            .collect(Collectors.toSet());
    List<StructField> all = new ArrayList<>();
    for (StructField f : input.fields()) {
      if (f.name().equals(contentColumn)) {
        continue;
      }
      if (added.contains(f.name().toLowerCase(Locale.ROOT))) {
        throw new HeadClipException(
            "the data frame has a column %s, which results have, too; rename or drop it first"
                .formatted(f.name()));
      }
      all.add(f);
    }
    all.addAll(List.of(ADDED.fields()));
    return new StructType(all.toArray(StructField[]::new));
  }
}
