package dev.headclip.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Days that differ are told of, days that chance made are not. */
class DriftTest {
  private static final int WIDTH = 24;
  private static final StructType RESULTS =
      new StructType()
          .add("day", DataTypes.StringType)
          .add("product", DataTypes.StringType)
          .add("score", DataTypes.DoubleType)
          .add("anomalous", DataTypes.BooleanType)
          .add("feature", DataTypes.createArrayType(DataTypes.FloatType, false))
          .add("error", DataTypes.StringType);
  private static SparkSession spark;

  @BeforeAll
  static void open() {
    spark = LocalSpark.session();
  }

  /** Images of a day, their features and scores moved by so many deviations. */
  private static List<Row> day(String day, String product, int n, double feature, double score) {
    Random random = new Random(day.hashCode() * 31L + product.hashCode());
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      List<Float> values = new ArrayList<>();
      for (int c = 0; c < WIDTH; c++) {
        values.add((float) (c + 0.1 * (c + 1) * (random.nextGaussian() + feature)));
      }
      double s = 0.4 + 0.05 * (random.nextGaussian() + score);
      rows.add(
          RowFactory.create(
              day,
              product,
              s,
              s > 0.5,
              scala.jdk.javaapi.CollectionConverters.asScala(values).toSeq(),
              null));
    }
    return rows;
  }

  private static Dataset<Row> frame(List<Row> rows) {
    return spark.createDataFrame(rows, RESULTS);
  }

  @Test
  void onlyWhatChangedIsTold() {
    List<Row> good = new ArrayList<>(day("week 0", "nut", 300, 0, 0));
    good.addAll(day("week 0", "bolt", 200, 0, 2));
    List<Row> days = new ArrayList<>();
    for (int d = 0; d < 12; d++) {
      days.addAll(day("quiet %02d".formatted(d), "nut", 60, 0, 0));
      days.addAll(day("few %02d".formatted(d), "nut", 4, 0, 0));
    }
    days.addAll(day("light", "nut", 60, 1.2, 0));
    days.addAll(day("worse", "nut", 60, 0, 1.5));
    days.addAll(day("light", "bolt", 60, 0, 2));
    days.add(RowFactory.create("worse", "nut", null, null, null, "cannot be read"));
    days.addAll(day("new", "washer", 20, 0, 0));
    days.add(RowFactory.create("gone", "nut", null, null, null, "cannot be read"));
    Dataset<Row> baseline = Drift.baseline(frame(good), Optional.of("product"));
    Map<String, Row> found = new TreeMap<>();
    for (Row r :
        Drift.daily(frame(days), "day", Optional.of("product"), baseline).collectAsList()) {
      found.put(r.getAs("group") + " " + r.getAs("day"), r);
    }
    // a product without a baseline, and a day on which nothing could be read, are told of
    assertThat((boolean) found.remove("washer new").getAs("alarm")).isTrue();
    Row gone = found.remove("nut gone");
    assertThat((boolean) gone.getAs("alarm")).isTrue();
    assertThat((long) gone.getAs("images")).isZero();
    assertThat((long) gone.getAs("errors")).isEqualTo(1);
    assertThat(found).hasSize(27);
    found.forEach(
        (name, r) ->
            assertThat((boolean) r.getAs("alarm"))
                .as(name + " " + r)
                .isEqualTo(name.equals("nut light") || name.equals("nut worse")));
    assertThat((double) found.get("nut light").getAs("feature_distance"))
        .isCloseTo(1.2, within(0.2));
    assertThat((double) found.get("nut quiet 03").getAs("feature_distance")).isLessThan(0.3);
    assertThat((double) found.get("nut worse").getAs("score_psi")).isGreaterThan(1);
    assertThat((long) found.get("nut worse").getAs("errors")).isEqualTo(1);
    assertThat((long) found.get("nut worse").getAs("images")).isEqualTo(60);
    List<Double> quantiles = found.get("nut quiet 03").getList(5);
    assertThat(quantiles).hasSize(5).isSorted();
  }

  @Test
  void resultsWithoutFeaturesAreRefused() {
    Dataset<Row> none = frame(day("a", "b", 3, 0, 0)).drop("feature");
    assertThatThrownBy(() -> Drift.baseline(none, Optional.empty()))
        .hasMessageContaining("no column feature");
    assertThatThrownBy(() -> Drift.baseline(frame(List.of()), Optional.of("line")))
        .hasMessageContaining("no column line");
  }
}
