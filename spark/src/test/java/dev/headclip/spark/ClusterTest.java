package dev.headclip.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.headclip.detect.DetectionJson;
import dev.headclip.detect.Detector;
import dev.headclip.image.ImageWriter;
import dev.headclip.image.RgbImage;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A master, two workers and a driver as processes of their own: whatever is killed, each image is
 * in the table once, with the answer of one machine.
 */
@Tag("long")
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class ClusterTest {
  private static final int IMAGES = 240;
  @TempDir private static Path dir;
  private final List<Process> all = new ArrayList<>();
  private Path home;
  private String master;

  private static List<String> opens() {
    List<String> flags = new ArrayList<>();
    for (String flag :
        java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (flag.startsWith("--add-opens") || flag.startsWith("-Djdk.reflect")) {
        flags.add(flag);
      }
    }
    return flags;
  }

  private Process java(String name, String... command) throws IOException {
    List<String> line = new ArrayList<>(List.of(ProcessHandle.current().info().command().get()));
    line.add("-Xmx600m");
    line.addAll(opens());
    line.addAll(List.of("-cp", System.getProperty("java.class.path")));
    line.addAll(List.of(command));
    ProcessBuilder b =
        new ProcessBuilder(line)
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve(name + ".log").toFile());
    b.environment().put("SPARK_HOME", home.toString());
    b.environment().put("SPARK_SCALA_VERSION", "2.13");
    b.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    b.environment().put("HEADCLIP_CACHE", dir.resolve("cache").toString());
    Process p = b.start();
    all.add(p);
    return p;
  }

  @BeforeEach
  void up() throws Exception {
    home = Files.createDirectories(dir.resolve("home"));
    if (!Files.exists(home.resolve("RELEASE"))) {
      Files.createFile(home.resolve("RELEASE"));
      Path jars = Files.createDirectories(home.resolve("jars"));
      for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
        if (entry.endsWith(".jar")) {
          Path jar = Path.of(entry);
          Files.createSymbolicLink(jars.resolve(jar.getFileName()), jar);
        }
      }
      draw();
    }
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    master = "spark://127.0.0.1:" + port;
    java(
        "master",
        "org.apache.spark.deploy.master.Master",
        "--host",
        "127.0.0.1",
        "--port",
        String.valueOf(port),
        "--webui-port",
        "0");
    for (int w = 0; w < 2; w++) {
      java(
          "worker" + w,
          "org.apache.spark.deploy.worker.Worker",
          "--host",
          "127.0.0.1",
          "--cores",
          "1",
          "--memory",
          "1g",
          "--work-dir",
          dir.resolve("worker" + w).toString(),
          "--webui-port",
          "0",
          master);
    }
  }

  @AfterEach
  void down() {
    executors().forEach(ProcessHandle::destroyForcibly);
    all.forEach(Process::destroyForcibly);
  }

  private static void draw() throws IOException {
    for (int i = 0; i < IMAGES; i++) {
      Path to = dir.resolve("in/%d/%04d.png".formatted(i % 3, i));
      Files.createDirectories(to.getParent());
      Random random = new Random(i);
      RgbImage image = RgbImage.blank(200, 150);
      for (int k = 0; k < image.rgb().length; k++) {
        image.rgb()[k] = (byte) (100 + (k / 3 % 200 / (10 + i % 7)) * 9 + random.nextInt(30));
      }
      try (OutputStream out = Files.newOutputStream(to)) {
        ImageWriter.png(image, out);
      }
    }
    Files.writeString(dir.resolve("in/0/broken.png"), "no picture");
  }

  /** Executors of this test's workers. */
  private List<ProcessHandle> executors() {
    List<ProcessHandle> found = new ArrayList<>();
    for (Process p : all) {
      p.descendants()
          .filter(d -> d.info().commandLine().orElse("").contains("ExecutorBackend"))
          .forEach(found::add);
    }
    return found;
  }

  private Process job(Path out, String... more) throws IOException {
    // executors take our classes from where this test has them
    String classes =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(e -> !e.endsWith(".jar") || e.contains("headclip"))
            .reduce((a, b) -> a + File.pathSeparator + b)
            .orElseThrow();
    List<String> command =
        new ArrayList<>(
            List.of(
                "org.apache.spark.deploy.SparkSubmit",
                "--master",
                master,
                "--class",
                "dev.headclip.spark.job.DetectJob",
                "--conf",
                "spark.executor.extraClassPath=" + classes,
                "--conf",
                "spark.executor.memory=600m",
                "--conf",
                "spark.ui.enabled=false",
                "--conf",
                "spark.task.maxFailures=100",
                "--conf",
                "spark.driver.host=127.0.0.1",
                "spark-internal",
                dir.resolve("in").toString(),
                "--output",
                out.toString(),
                "--slice",
                "60",
                "--images-per-task",
                "5",
                "--lease-seconds",
                "2"));
    command.addAll(Arrays.asList(more));
    return java("job-" + out.getFileName(), command.toArray(String[]::new));
  }

  private static void ended(Process job, Path out) throws Exception {
    int code = job.waitFor();
    assertThat(code)
        .as(Files.readString(dir.resolve("job-%s.log".formatted(out.getFileName()))))
        .isZero();
  }

  private static Map<String, Row> table(Path out) {
    SparkSession spark = LocalSpark.session();
    return LocalSpark.byName(spark.read().parquet(out.toString()));
  }

  private static void assertWhole(Path out) throws IOException {
    Map<String, Row> rows = table(out);
    assertThat(rows).hasSize(IMAGES + 1);
    assertThat((String) rows.get("broken.png").getAs("error")).contains("not an image");
    try (Detector detector = Detector.load("starter")) {
      for (int i = 0; i < IMAGES; i += 7) {
        Row row = rows.get("%04d.png".formatted(i));
        double wanted =
            DetectionJson.rounded(
                detector.detect(dir.resolve("in/%d/%04d.png".formatted(i % 3, i))).score());
        assertThat((double) row.getAs("score")).isCloseTo(wanted, within(1e-6));
      }
    }
  }

  @Test
  void executorsThatDieChangeNothing() throws Exception {
    Path out = dir.resolve("killed-executors");
    Process job = job(out);
    Random random = new Random(11);
    int killed = 0;
    while (!job.waitFor(1500 + random.nextInt(2500), TimeUnit.MILLISECONDS)) {
      List<ProcessHandle> there = executors();
      if (!there.isEmpty() && killed < 6) {
        there.get(random.nextInt(there.size())).destroyForcibly();
        killed++;
      }
    }
    ended(job, out);
    assertThat(killed).isGreaterThan(1);
    assertWhole(out);
  }

  @Test
  void aBatchSurvivesExecutorsThatDie() throws Exception {
    Path quiet = dir.resolve("batch-quiet");
    ended(job(quiet, "--batched", "--by-folder"), quiet);
    Path out = dir.resolve("batch-killed");
    Process job = job(out, "--batched", "--by-folder");
    Random random = new Random(12);
    int killed = 0;
    while (!job.waitFor(4000 + random.nextInt(3000), TimeUnit.MILLISECONDS)) {
      List<ProcessHandle> there = executors();
      if (!there.isEmpty() && killed < 4) {
        there.get(random.nextInt(there.size())).destroyForcibly();
        killed++;
      }
    }
    ended(job, out);
    assertThat(killed).isPositive();
    Map<String, Row> wanted = table(quiet);
    Map<String, Row> found = table(out);
    assertThat(found).hasSize(IMAGES + 1);
    found.forEach(
        (name, row) ->
            assertThat((Double) row.getAs("raw_score"))
                .as(name)
                .isEqualTo(wanted.get(name).getAs("raw_score")));
  }

  @Test
  void aDriverThatDiesIsBegunAgain() throws Exception {
    Path out = dir.resolve("killed-drivers");
    Random random = new Random(13);
    int kills = Integer.getInteger("headclip.kills", 4);
    for (int k = 0; k < kills; k++) {
      Process job = job(out);
      if (!job.waitFor(6000 + random.nextInt(14_000), TimeUnit.MILLISECONDS)) {
        job.destroyForcibly().waitFor();
      }
    }
    ended(job(out), out);
    assertWhole(out);
  }
}
