package dev.headclip.spark;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** One session for all tests of a JVM, two tasks at a time. */
public final class LocalSpark {
  private LocalSpark() {}

  public static SparkSession session() {
    return SparkSession.builder()
        .master("local[2]")
        .appName("headclip tests")
        .config("spark.ui.enabled", false)
        .config("spark.sql.shuffle.partitions", 2)
        // a few rows: compiling their code takes longer than they do
        .config("spark.sql.codegen.wholeStage", false)
        .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
        .config("spark.sql.warehouse.dir", "target/warehouse")
        .config("spark.driver.host", "localhost")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .getOrCreate();
  }

  /** Rows by the end of their image's name. */
  public static Map<String, Row> byName(Dataset<Row> results) {
    Map<String, Row> all = new TreeMap<>();
    List<Row> rows = results.collectAsList();
    for (Row r : rows) {
      String image = r.getAs("image");
      Row before = all.put(image.substring(image.lastIndexOf('/') + 1), r);
      if (before != null) {
        throw new AssertionError("two rows of " + image);
      }
    }
    return all;
  }
}
