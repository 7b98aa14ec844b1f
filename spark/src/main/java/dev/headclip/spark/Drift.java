package dev.headclip.spark;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;

import dev.headclip.HeadClipException;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.ml.functions$;
import org.apache.spark.ml.stat.Summarizer;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Whether images are still what they were: a small table with a row for each day, of results with
 * features, against a time that was known to be good. The bounds are explained and measured in
 * docs/spark.md.
 */
public final class Drift {
  /** The distance of feature means from which a day is told of, beyond what chance gives. */
  public static final double FEATURE_BOUND = 0.5;

  /** The population stability index of scores likewise. */
  public static final double SCORE_BOUND = 0.25;

  private static final int BINS = 10;
  private static final String GROUP = "group";

  /** Chance's part of both: so many times its expectation. */
  private static final int CHANCE = 3;

  private Drift() {}

  /**
   * What days are compared with, a row for each group: {@code group, baseline_images,
   * score_deciles, feature_mean, feature_deviation}. To be kept as a table.
   *
   * @param results of a good time, with features
   * @param group a column: of products, say; of none, all images are one
   */
  public static Dataset<Row> baseline(Dataset<Row> results, Optional<String> group) {
    Dataset<Row> scored = scored(results, group);
    Column vector = functions$.MODULE$.array_to_vector(col("feature"));
    String shares =
        IntStream.range(1, BINS).mapToObj(i -> "0." + i).collect(Collectors.joining(", "));
    return scored
        .groupBy(GROUP)
        .agg(
            count(lit(1)).as("baseline_images"),
            expr("percentile(score, array(%s))".formatted(shares)).as("score_deciles"),
            Summarizer.metrics("mean", "std").summary(vector, lit(1.0)).as("features"))
        .select(
            col(GROUP),
            col("baseline_images"),
            col("score_deciles"),
            functions$.MODULE$.vector_to_array(col("features.mean"), "float64").as("feature_mean"),
            functions$
                .MODULE$
                .vector_to_array(col("features.std"), "float64")
                .as("feature_deviation"));
  }

  /**
   * A row for each day and group: {@code group, day, images, errors, anomalous_share,
   * score_quantiles} (5, 25, 50, 75, 95 %), {@code score_psi} (population stability index over the
   * baseline's tenths), {@code feature_distance} (of means, in the baseline's deviations, root mean
   * square over all numbers of a feature), {@code alarm}: where one of both is beyond its bound, or
   * nothing could be scored, or there is no baseline.
   *
   * @param results with features
   * @param day a column: a date, or any other time that is looked at as one
   * @param baseline as {@link #baseline} gave it
   */
  public static Dataset<Row> daily(
      Dataset<Row> results, String day, Optional<String> group, Dataset<Row> baseline) {
    require(results, day);
    Dataset<Row> all =
        grouped(results, group)
            .groupBy(col(GROUP).as("all_group"), col(day).as("all_day"))
            .agg(count(col("error")).as("errors"), count(lit(1)).as("rows"));
    Dataset<Row> scored = scored(results, group).withColumn("day", col(day));
    Column vector = functions$.MODULE$.array_to_vector(col("feature"));
    Dataset<Row> days =
        scored
            .groupBy(GROUP, "day")
            .agg(
                count(lit(1)).as("images"),
                avg(expr("IF(anomalous, 1.0D, 0.0D)")).as("anomalous_share"),
                expr("percentile(score, array(0.05, 0.25, 0.5, 0.75, 0.95))").as("score_quantiles"),
                Summarizer.mean(vector, lit(1.0)).as("mean"))
            .withColumn("mean", functions$.MODULE$.vector_to_array(col("mean"), "float64"));
    Dataset<Row> tenths =
        scored
            .join(broadcast(baseline.select(GROUP, "score_deciles")), GROUP)
            .withColumn("bin", expr("size(filter(score_deciles, d -> score > d))"))
            .groupBy(GROUP, "day")
            .agg(array(bins()).as("bins"));
    String spread = "greatest(feature_deviation[i], 1e-9D)";
    Dataset<Row> seen =
        days.join(tenths, new String[] {GROUP, "day"}, "left")
            .join(broadcast(baseline), new String[] {GROUP}, "left");
    // days on which nothing could be scored, and groups without a baseline, are rows, too
    return all.join(
            seen,
            seen.col(GROUP)
                .eqNullSafe(col("all_group"))
                .and(seen.col("day").eqNullSafe(col("all_day"))),
            "left")
        .withColumn(
            "score_psi",
            expr(
                """
                aggregate(
                  bins, 0.0D,
                  (sum, n) -> sum + ((n + 0.5D) / (images + 5.0D) - 0.1D)
                      * ln((n + 0.5D) / (images + 5.0D) / 0.1D))"""))
        .withColumn(
            "feature_distance",
            expr(
                """
                sqrt(aggregate(
                  transform(mean, (m, i) -> pow((m - feature_mean[i]) / %s, 2)),
                  0.0D, (sum, v) -> sum + v) / size(mean))"""
                    .formatted(spread)))
        .withColumn("chance", expr("1.0D / images + 1.0D / baseline_images"))
        .withColumn("images", expr("rows - errors"))
        .withColumn(GROUP, col("all_group"))
        .withColumn("day", col("all_day"))
        .withColumn(
            "alarm",
            expr(
                "score_psi IS NULL OR feature_distance > %s + %d * sqrt(chance) OR score_psi > %s + %d * %d * chance"
                    .formatted(FEATURE_BOUND, CHANCE, SCORE_BOUND, CHANCE, BINS - 1)))
        .select(
            GROUP,
            "day",
            "images",
            "errors",
            "anomalous_share",
            "score_quantiles",
            "score_psi",
            "feature_distance",
            "alarm")
        .orderBy(GROUP, "day");
  }

  private static Column[] bins() {
    return IntStream.range(0, BINS)
        .mapToObj(b -> expr("count_if(bin = %d)".formatted(b)))
        .toArray(Column[]::new);
  }

  private static Dataset<Row> grouped(Dataset<Row> results, Optional<String> group) {
    group.ifPresent(g -> require(results, g));
    return results.withColumn(GROUP, group.map(g -> col(g).cast("string")).orElse(lit("all")));
  }

  private static Dataset<Row> scored(Dataset<Row> results, Optional<String> group) {
    require(results, "feature");
    return grouped(results, group).filter("error IS NULL AND feature IS NOT NULL");
  }

  private static void require(Dataset<Row> results, String column) {
    if (!Arrays.asList(results.columns()).contains(column)) {
      throw new HeadClipException(
          "no column %s among %s; expected results with features (and the column that was named)"
              .formatted(column, String.join(", ", results.columns())));
    }
  }
}
