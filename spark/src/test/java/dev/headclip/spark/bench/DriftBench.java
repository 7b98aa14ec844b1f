package dev.headclip.spark.bench;

import static org.apache.spark.sql.functions.expr;

import dev.headclip.image.ImageLoader;
import dev.headclip.image.ImageWriter;
import dev.headclip.image.RgbImage;
import dev.headclip.spark.Drift;
import dev.headclip.spark.HeadClipSpark;
import dev.headclip.spark.settings.DetectOptions;
import dev.headclip.spark.settings.ModelSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * What {@link Drift} makes of days that are like the others and of days that are not: {@code
 * spark/bench drift ROOT}, a data set that {@code headclip datasets synthesize ROOT --line} drew.
 * Of each class's normal images every other one is the baseline; the rest is a day, as it is and
 * changed in several ways.
 */
public final class DriftBench {
  private static final StructType IMAGES =
      new StructType()
          .add("path", DataTypes.StringType)
          .add("product", DataTypes.StringType)
          .add("day", DataTypes.StringType);

  private DriftBench() {}

  public static void main(String[] arguments) throws Exception {
    Map<String, UnaryOperator<RgbImage>> days = new LinkedHashMap<>();
    days.put("as it was", i -> i);
    days.put("5 % darker", i -> levels(i, 0.95, 0));
    days.put("20 % darker", i -> levels(i, 0.8, 0));
    days.put("40 % darker", i -> levels(i, 0.6, 0));
    days.put("warmer by 15", i -> levels(i, 1, 15));
    days.put("out of focus", i -> blurred(blurred(i)));
    days.put("moved by a tenth", DriftBench::moved);
    List<Row> rows = new ArrayList<>();
    Path work = Files.createTempDirectory("drift");
    List<List<Path>> products = products(Path.of(arguments[0]));
    for (int p = 0; p < products.size(); p++) {
      List<Path> own = products.get(p);
      for (int i = 0; i < own.size(); i++) {
        RgbImage image = ImageLoader.defaults().load(own.get(i));
        if (i % 2 == 0) {
          rows.add(row(work, image, p, "baseline"));
          continue;
        }
        for (Map.Entry<String, UnaryOperator<RgbImage>> day : days.entrySet()) {
          rows.add(row(work, day.getValue().apply(image), p, day.getKey()));
        }
        rows.add(row(work, image, (p + 1) % products.size(), "another product"));
      }
    }
    try (SparkSession spark =
        SparkSession.builder()
            .master("local[*]")
            .config("spark.ui.enabled", false)
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.sql.warehouse.dir", "target/warehouse")
            .getOrCreate()) {
      Dataset<Row> images = spark.createDataFrame(rows, IMAGES).repartition(8);
      Dataset<Row> results =
          HeadClipSpark.detect(
                  images, ModelSpec.of("starter"), DetectOptions.defaults().withFeatures(true))
              .cache();
      Optional<String> group = Optional.of("product");
      Dataset<Row> baseline = Drift.baseline(results.filter("day = 'baseline'"), group).cache();
      Drift.daily(results.filter("day <> 'baseline'"), "day", group, baseline)
          .groupBy("day")
          .agg(
              expr("count(*) AS products"),
              expr("avg(images) AS images"),
              expr("count_if(alarm) AS alarms"),
              expr("percentile(feature_distance, array(0, 0.5, 1)) AS distance"),
              expr("percentile(score_psi, array(0, 0.5, 1)) AS psi"))
          .orderBy("day")
          .show(20, false);
    }
  }

  private static List<List<Path>> products(Path root) throws IOException {
    List<List<Path>> all = new ArrayList<>();
    try (Stream<Path> folders = Files.walk(root)) {
      for (Path good : folders.filter(p -> p.endsWith("good")).sorted().toList()) {
        try (Stream<Path> files = Files.list(good)) {
          List<Path> own = files.filter(Files::isRegularFile).sorted().toList();
          if (own.size() >= 20) {
            all.add(own.subList(0, Math.min(own.size(), 36)));
          }
        }
      }
    }
    return all;
  }

  private static Row row(Path work, RgbImage image, int product, String day) throws IOException {
    Path file = Files.createTempFile(work, "image", ".png");
    file.toFile().deleteOnExit();
    try (OutputStream out = Files.newOutputStream(file)) {
      ImageWriter.png(image, out);
    }
    return RowFactory.create(file.toString(), "product " + product, day);
  }

  private static RgbImage levels(RgbImage image, double gain, int warmer) {
    RgbImage to = RgbImage.blank(image.width(), image.height());
    for (int i = 0; i < to.rgb().length; i++) {
      double v = (image.rgb()[i] & 255) * gain + warmer * (1 - i % 3);
      to.rgb()[i] = (byte) Math.max(0, Math.min(255, Math.round(v)));
    }
    return to;
  }

  /** The mean of 5 by 5 pixels. */
  private static RgbImage blurred(RgbImage image) {
    int w = image.width();
    int h = image.height();
    RgbImage to = RgbImage.blank(w, h);
    for (int y = 0; y < h; y++) {
      for (int x = 0; x < w; x++) {
        for (int c = 0; c < 3; c++) {
          int sum = 0;
          for (int k = 0; k < 25; k++) {
            int v = Math.max(0, Math.min(h - 1, y + k / 5 - 2));
            int u = Math.max(0, Math.min(w - 1, x + k % 5 - 2));
            sum += image.rgb()[(v * w + u) * 3 + c] & 255;
          }
          to.rgb()[(y * w + x) * 3 + c] = (byte) (sum / 25);
        }
      }
    }
    return to;
  }

  /** To the right, the edge repeated. */
  private static RgbImage moved(RgbImage image) {
    int w = image.width();
    RgbImage to = RgbImage.blank(w, image.height());
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < w; x++) {
        int u = Math.max(0, x - w / 10);
        System.arraycopy(image.rgb(), (y * w + u) * 3, to.rgb(), (y * w + x) * 3, 3);
      }
    }
    return to;
  }
}
