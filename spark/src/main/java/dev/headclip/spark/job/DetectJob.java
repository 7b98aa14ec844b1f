package dev.headclip.spark.job;

import dev.headclip.HeadClipException;
import dev.headclip.Version;
import dev.headclip.internal.text.Printable;
import dev.headclip.spark.HeadClipSpark;
import dev.headclip.spark.PreparedModel;
import dev.headclip.spark.References;
import dev.headclip.spark.internal.model.Sha256;
import dev.headclip.spark.settings.CompareOptions;
import dev.headclip.spark.settings.DetectOptions;
import dev.headclip.spark.settings.ModelSpec;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code spark-submit headclip-spark-job.jar IMAGES... --output FOLDER}: a table of verdicts, which
 * a job that was killed goes on with.
 */
@Command(
    name = "headclip-spark",
    mixinStandardHelpOptions = true,
    versionProvider = DetectJob.JobVersion.class,
    description =
        "Scores images on Spark and writes a table of verdicts. Started again with the same output, it scores what is not there yet.",
    footer = {
      "",
      "Exit code: 0 all images have a row (those that cannot be read one with an error), 2 wrong usage or model."
    })
public final class DetectJob implements Callable<Integer> {
  private static final int USAGE = 2;
  private static final int SLICE = 20_000;
  private static final int SLICE_OF_CORE = 2_000;
  private static final int MOST_EXECUTORS = 1_000;

  static final class JobVersion implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"headclip-spark " + Version.text()};
    }
  }

  enum Pages {
    all,
    first
  }

  enum PartitionBy {
    kind,
    date
  }

  @Parameters(
      paramLabel = "IMAGES",
      arity = "1..*",
      description = "Folders (searched in depth), files or patterns, of any storage of Hadoop's.")
  private List<String> inputs;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FOLDER",
      description = "Where the table is, or is to be: Parquet, in slices.")
  private String output;

  @Option(
      names = "--model",
      paramLabel = "NAME|PATH|URI",
      defaultValue = "starter",
      description =
          "Built-in model, a path on the driver's machine (its files travel with the job), or a URI that all hosts can read (default: ${DEFAULT-VALUE}).")
  private String model;

  @Option(names = "--adapter", paramLabel = "PATH|URI", description = "In place of the model's.")
  private Optional<String> adapter;

  @Option(
      names = "--method",
      paramLabel = "NAME",
      description = "A method that learns nothing, in place of an adapter.")
  private Optional<String> method;

  @Option(
      names = "--class-name",
      paramLabel = "WORD",
      description = "What the images show, for methods whose sentences name it.")
  private Optional<String> className;

  @Option(
      names = "--threshold",
      paramLabel = "SCORE",
      description = "The score from which an image is anomalous, 0 to 1 (default: the model's).")
  private Optional<Double> threshold;

  @Option(
      names = "--target-fpr",
      paramLabel = "P",
      description = "Share of normal images that may be called anomalous, by stored scores.")
  private Optional<Double> targetFpr;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A setting of the model in place of the stored one: image_size=336.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--engine",
      paramLabel = "KEY=VALUE",
      description = "How the network is computed: precision=int8.")
  private Map<String, String> engine = new LinkedHashMap<>();

  @Option(names = "--maps", description = "Heat maps as PNG in the table's column map.")
  private boolean maps;

  @Option(
      names = "--features",
      description = "Mean tokens in the table's column feature, by which drift is seen.")
  private boolean features;

  @Option(
      names = "--normal",
      paramLabel = "IMAGES",
      arity = "1..*",
      description = "Normal images (folders, files, patterns): all others are compared with them.")
  private List<String> normal = new ArrayList<>();

  @Option(
      names = "--batched",
      description = "The images, unlabelled and of one kind, are scored among themselves.")
  private boolean batched;

  @Option(
      names = "--by-folder",
      description = "With --batched: the images of each folder are a batch of their own.")
  private boolean byFolder;

  @Option(
      names = "--reference-preset",
      paramLabel = "NAME",
      defaultValue = "",
      description =
          "A published way to compare: subspacead, april-gan, anomalydino, winclip, musc.")
  private String preset;

  @Option(
      names = "--compare",
      paramLabel = "KEY=VALUE",
      description = "How images are compared, by the keys of detect's flags: scorer=mutual.")
  private Map<String, String> compare = new LinkedHashMap<>();

  @Option(
      names = "--mutual-most",
      paramLabel = "N",
      defaultValue = "1000",
      description =
          "Images of a batch that scorer=mutual takes: one task does each (default: ${DEFAULT-VALUE}).")
  private int mutualMost;

  @Option(
      names = "--pages",
      paramLabel = "all|first",
      defaultValue = "all",
      description = "Of a TIFF of several pages (default: ${DEFAULT-VALUE}).")
  private Pages pages;

  @Option(
      names = "--tiles",
      paramLabel = "none|auto|N|PIXELS",
      defaultValue = "none",
      description = "Cuts large images into overlapping squares (default: ${DEFAULT-VALUE}).")
  private String tiles;

  @Option(
      names = "--max-pixels",
      paramLabel = "N",
      defaultValue = "100000000",
      description = "Larger images are rows with an error (default: ${DEFAULT-VALUE}).")
  private long maxPixels;

  @Option(
      names = "--max-seconds-per-image",
      paramLabel = "N",
      defaultValue = "120",
      description = "Images that decode longer are rows with an error (default: ${DEFAULT-VALUE}).")
  private double maxSeconds;

  @Option(
      names = "--partition-by",
      paramLabel = "kind,date",
      split = ",",
      description =
          "Folders of the table: kind, the name of an image's folder, and date, the day of its last change (default: none).")
  private List<PartitionBy> partitionBy = new ArrayList<>();

  @Option(
      names = "--slice",
      paramLabel = "N",
      description =
          "Images between commits: what a killed job has to do again at most (default: 2000 for each core, at least 20000).")
  private Optional<Integer> slice;

  @Option(
      names = "--images-per-task",
      paramLabel = "N",
      defaultValue = "1000",
      description = "At most so many (default: ${DEFAULT-VALUE}).")
  private int most;

  @Option(
      names = "--lease-seconds",
      paramLabel = "N",
      defaultValue = "60",
      description =
          "A killed job's output is taken over after so long (default: ${DEFAULT-VALUE}).")
  private int lease;

  private final Optional<SparkSession> given;

  private DetectJob(Optional<SparkSession> given) {
    this.given = given;
  }

  /** For spark-submit. */
  public static void main(String[] arguments) {
    int code = run(Optional.empty(), arguments);
    if (code != 0) {
      System.exit(code);
    }
  }

  /**
   * The exit code.
   *
   * @param given stays open; of none, one is made
   */
  static int run(Optional<SparkSession> given, String... arguments) {
    return new CommandLine(new DetectJob(given))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(
            (e, line, parsed) -> {
              boolean told =
                  e instanceof HeadClipException
                      || e instanceof IllegalArgumentException
                      || e instanceof IOException;
              if (!told) {
                throw e;
              }
              System.err.println("headclip-spark: " + Printable.line(e.getMessage()));
              return USAGE;
            })
        .execute(arguments);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (slice.orElse(1) < 1 || most < 1 || lease < 1) {
      throw new HeadClipException(
          "--slice %d, --images-per-task %d, --lease-seconds %d; expected at least 1"
              .formatted(slice.orElse(1), most, lease));
    }
    if (byFolder && !batched) {
      throw new HeadClipException("--by-folder without --batched; add it");
    }
    if (batched && !normal.isEmpty()) {
      throw new HeadClipException(
          "--normal and --batched together: images are compared with normal ones, or among themselves; leave one out");
    }
    if (!batched && normal.isEmpty() && !(compare.isEmpty() && preset.isEmpty())) {
      throw new HeadClipException(
          "--compare and --reference-preset go with --normal or --batched; add one, or leave them out");
    }
    if (given.isPresent()) {
      return scored(given.get());
    }
    SparkSession spark =
        SparkSession.builder()
            .appName("headclip-spark")
            // records, which Spark's Kryo cannot read on Java 17
            .config("spark.serializer", PreparedModel.SERIALIZER)
            .getOrCreate();
    try {
      return scored(spark);
    } catch (Exception e) {
      // Ctrl-C, or a cluster that takes the application away: whatever a task said of it is not it
      if (spark.sparkContext().isStopped()) {
        throw new HeadClipException(
            "stopped; the same command goes on with what is not in %s yet".formatted(output), e);
      }
      throw e;
    } finally {
      spark.stop();
    }
  }

  private ModelSpec spec() {
    Map<String, String> all = new LinkedHashMap<>(settings);
    threshold.ifPresent(t -> all.put("threshold", t.toString()));
    return new ModelSpec(model, adapter, method, className, targetFpr, all, engine);
  }

  private DetectOptions options() {
    return DetectOptions.defaults()
        .withMaps(maps)
        .withFeatures(features)
        .withAllPages(pages == Pages.all)
        .withMaxPixels(maxPixels)
        .withMaxSeconds(maxSeconds)
        .withTiles(tiles);
  }

  private int scored(SparkSession spark) throws IOException, InterruptedException {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    Path folder = new Path(output);
    FileSystem system = folder.getFileSystem(hadoop);
    PreparedModel model = HeadClipSpark.prepare(spark, spec(), options());
    List<ImageFile> images = listed(hadoop, folder, inputs);
    Output.requireFolder(system, folder);
    CompareOptions how = new CompareOptions(preset, compare, mutualMost);
    String identity = batched ? model.identity(how, byFolder) : model.identity();
    if (!normal.isEmpty()) {
      List<ImageFile> good = listed(hadoop, folder, normal);
      // of the files, not of what was fitted: other processors round otherwise
      identity += " against %s by %s".formatted(digest(good), how);
      References known = model.remember(files(spark, good, Integer.MAX_VALUE), how);
      known.remarks().forEach(r -> System.err.println("note: " + r));
      model = model.against(known);
    }
    String owner = "application " + spark.sparkContext().applicationId();
    try (Lease held = Lease.take(system, folder, owner, Duration.ofSeconds(lease))) {
      Output to = new Output(spark, system, folder);
      to.require("%s partitioned by %s".formatted(identity, partitionBy));
      to.sweep();
      Work work = Work.of(images, to.done(), slice(spark), batched, byFolder);
      System.err.printf(
          "%,d images, %,d of them in %s already%n", images.size(), work.done(), output);
      score(spark, model, how, work, to, held);
      to.sweep();
      summary(to);
    }
    return 0;
  }

  /** Large enough that tasks of many cores take longer than Spark takes to begin them. */
  private int slice(SparkSession spark) {
    return slice.orElse(Math.max(SLICE, SLICE_OF_CORE * cores(spark)));
  }

  /** Those that are there, or that are on their way. */
  private static int cores(SparkSession spark) {
    SparkConf conf = spark.sparkContext().conf();
    int executors =
        Math.max(
            conf.getInt("spark.executor.instances", 0),
            Math.min(MOST_EXECUTORS, conf.getInt("spark.dynamicAllocation.maxExecutors", 0)));
    int there = JavaSparkContext.fromSparkContext(spark.sparkContext()).defaultParallelism();
    return Math.max(there, executors * conf.getInt("spark.executor.cores", 1));
  }

  private static String digest(List<ImageFile> images) {
    StringBuilder all = new StringBuilder();
    images.forEach(f -> all.append(f.identity()).append('\n'));
    return "%d images %s".formatted(images.size(), Sha256.of(all.toString()));
  }

  private static List<ImageFile> listed(Configuration hadoop, Path output, List<String> places)
      throws IOException {
    ImageListing listing = new ImageListing(hadoop, output);
    for (String place : places) {
      listing.add(place);
    }
    List<ImageFile> images = listing.images();
    if (images.isEmpty()) {
      throw new HeadClipException(
          "%s: no images, expected files that end as such".formatted(places.get(0)));
    }
    return images;
  }

  private static Dataset<Row> files(SparkSession spark, List<ImageFile> images, int most) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    List<List<ImageFile>> shares = Shares.of(images, cores(spark), most);
    JavaRDD<Row> rows =
        context
            .parallelize(shares, shares.size())
            .flatMap(share -> share.stream().map(ImageFile::row).iterator());
    return spark.createDataFrame(rows, ImageFile.SCHEMA);
  }

  private void score(
      SparkSession spark, PreparedModel model, CompareOptions how, Work work, Output to, Lease held)
      throws IOException {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    String started =
        DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss")
            .withZone(ZoneOffset.UTC)
            .format(Instant.now());
    List<String> columns = partitionBy.stream().map(Enum::name).toList();
    Optional<String> group = byFolder ? Optional.of(ImageFile.FOLDER) : Optional.empty();
    int at = 0;
    for (List<ImageFile> some : work.slices()) {
      String what = "slice %d of %d: %,d images".formatted(++at, work.slices().size(), some.size());
      context.setJobDescription("headclip " + what);
      Dataset<Row> files = files(spark, some, most);
      Dataset<Row> found = batched ? model.batched(files, how, group) : model.detect(files);
      to.commit("%s-%05d".formatted(started, at), found, columns, held);
      // what a batch kept on the executors' disks between its passes
      context.getPersistentRDDs().values().forEach(JavaRDD::unpersist);
      System.err.println(what + " done");
    }
  }

  private static void summary(Output to) throws IOException {
    for (Dataset<Row> all : to.results()) {
      Row r =
          all.selectExpr(
                  "count(*)", "count_if(anomalous)", "count_if(not anomalous)", "count(error)")
              .first();
      System.err.printf(
          "%,d rows: %,d anomalous, %,d normal, %,d failed%n",
          r.getLong(0), r.getLong(1), r.getLong(2), r.getLong(3));
    }
  }
}
