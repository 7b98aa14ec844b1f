package dev.headclip.spark.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.detect.Detections;
import dev.headclip.detect.Detector;
import dev.headclip.detect.ImageSource;
import dev.headclip.detect.Outcome;
import dev.headclip.detect.StreamSettings;
import dev.headclip.spark.HeadClipSpark;
import dev.headclip.spark.settings.DetectOptions;
import dev.headclip.spark.settings.ModelSpec;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Images through the plain stream and through Spark, in turns in one process: {@code spark/bench
 * FOLDER IMAGES ROUNDS CASE...}, a case being {@code stream}, {@code local[1]} or a cluster's
 * address. Each is warmed up before it is timed; Spark's time is that of a job whose session and
 * model are open.
 */
public final class SparkBench {
  private static final ObjectMapper JSON = new ObjectMapper();

  private SparkBench() {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    int count = Integer.parseInt(arguments[1]);
    int rounds = Integer.parseInt(arguments[2]);
    List<String> cases = Arrays.asList(arguments).subList(3, arguments.length);
    List<Path> files = files(folder, count);
    Map<String, List<Double>> found = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      for (String one : cases) {
        double seconds = one.equals("stream") ? stream(files) : spark(one, files);
        double ms = 1e3 * seconds / files.size();
        found.computeIfAbsent(one, c -> new ArrayList<>()).add(ms);
        System.err.printf("%s: %,d images, %.2f ms an image%n", one, files.size(), ms);
      }
    }
    ObjectNode o = JSON.createObjectNode();
    o.put("date", Instant.now().toString()).put("folder", folder.getFileName().toString());
    o.put("images", files.size()).put("cores", Runtime.getRuntime().availableProcessors());
    o.put("java", System.getProperty("java.version"));
    o.put("commit", System.getenv().getOrDefault("HEADCLIP_COMMIT", ""));
    found.forEach((one, all) -> o.withObject("/ms_per_image").set(one, JSON.valueToTree(all)));
    System.out.println(o);
  }

  /** As many as wanted, the folder's own again and again. */
  private static List<Path> files(Path folder, int count) throws Exception {
    List<Path> own;
    try (Stream<Path> all = Files.walk(folder)) {
      own = all.filter(p -> p.toString().matches("(?i).*\\.(png|jpe?g)")).sorted().toList();
    }
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      files.add(own.get(i % own.size()));
    }
    return files;
  }

  private static double stream(List<Path> files) {
    try (Detector detector = Detector.load("starter")) {
      streamed(detector, files.subList(0, Math.min(files.size(), 100)));
      long start = System.nanoTime();
      streamed(detector, files);
      return (System.nanoTime() - start) / 1e9;
    }
  }

  private static void streamed(Detector detector, List<Path> files) {
    List<ImageSource> images = files.stream().map(ImageSource::of).toList();
    try (Detections<Outcome> all = detector.stream(images, StreamSettings.defaults())) {
      all.forEachRemaining(o -> {});
    }
  }

  private static double spark(String master, List<Path> files) throws IOException {
    try (SparkSession spark =
        SparkSession.builder()
            .master(master)
            .config("spark.ui.enabled", false)
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.executor.memory", "1g")
            .config("spark.executor.extraClassPath", ownClasses())
            .config("spark.sql.warehouse.dir", "target/warehouse")
            .getOrCreate()) {
      int cores = JavaSparkContext.fromSparkContext(spark.sparkContext()).defaultParallelism();
      // every executor has its model open, and its code compiled
      run(spark, files.subList(0, Math.min(files.size(), 200)), Math.max(2, cores) * 2);
      long start = System.nanoTime();
      run(spark, files, Math.max(4 * cores, files.size() / 1000));
      return (System.nanoTime() - start) / 1e9;
    }
  }

  /** Executors on this machine take our classes from where we have them. */
  private static String ownClasses() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(e -> !e.contains("/org/apache/spark/"))
        .map(e -> Path.of(e).toAbsolutePath().toString())
        .reduce((a, b) -> a + File.pathSeparator + b)
        .orElseThrow();
  }

  private static void run(SparkSession spark, List<Path> files, int parts) {
    Dataset<Row> images =
        spark
            .createDataset(files.stream().map(Path::toString).toList(), Encoders.STRING())
            .toDF("path")
            .repartition(parts);
    Dataset<Row> found =
        HeadClipSpark.detect(images, ModelSpec.of("starter"), DetectOptions.defaults());
    found.write().format("noop").mode("overwrite").save();
  }
}
