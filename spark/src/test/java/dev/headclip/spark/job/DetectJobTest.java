package dev.headclip.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headclip.spark.LocalSpark;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A table that is complete and without doubles, however often the job is begun. */
class DetectJobTest {
  private static final Path SAMPLES = Path.of("../samples");
  private static SparkSession spark;
  @TempDir private Path dir;

  @BeforeAll
  static void open() {
    spark = LocalSpark.session();
  }

  private record Ended(int code, String said) {}

  private static Ended run(String... arguments) {
    PrintStream before = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    try {
      int code = DetectJob.run(Optional.of(spark), arguments);
      return new Ended(code, said.toString(StandardCharsets.UTF_8));
    } finally {
      System.setErr(before);
    }
  }

  private Ended job(String... more) {
    List<String> all =
        new ArrayList<>(
            List.of(
                dir.resolve("in").toString(),
                "--output",
                dir.resolve("out").toString(),
                "--lease-seconds",
                "1",
                // how well it sees is not what is tried here
                "--set",
                "image_size=160"));
    all.addAll(List.of(more));
    return run(all.toArray(String[]::new));
  }

  private Map<String, Row> table() {
    return LocalSpark.byName(spark.read().parquet(dir.resolve("out").toString()));
  }

  private void copied(String sample, String to) throws Exception {
    Path file = dir.resolve("in").resolve(to);
    Files.createDirectories(file.getParent());
    Files.copy(SAMPLES.resolve(sample), file);
  }

  @Test
  void aTableGrowsByWhatIsNotThereYet() throws Exception {
    copied("socket_good.jpg", "sockets/_DSC0001.jpg");
    copied("socket_crack.jpg", "sockets/patch.jpg");
    copied("metal_good.jpg", "metal/good.JPG");
    copied("metal_good.jpg", "metal/10:30:00 [1] ä.jpg");
    Files.writeString(dir.resolve("in/metal/broken.png"), "no picture");
    Files.writeString(dir.resolve("in/metal/notes.txt"), "no picture, and none meant");
    Files.createDirectories(dir.resolve("in/.trash"));
    copied("metal_good.jpg", ".trash/good.jpg");
    Ended first = job("--partition-by", "kind", "--slice", "3");
    assertThat(first.code()).isZero();
    assertThat(first.said()).contains("5 rows", "1 failed", "slice 2 of 2");
    Map<String, Row> rows = table();
    assertThat(rows)
        .containsOnlyKeys(
            "_DSC0001.jpg", "patch.jpg", "good.JPG", "broken.png", "10:30:00 [1] ä.jpg");
    assertThat((String) rows.get("patch.jpg").getAs("kind")).isEqualTo("sockets");
    assertThat((String) rows.get("broken.png").getAs("error")).contains("not an image");

    assertThat(job("--partition-by", "kind").said()).contains("5 images, 5 of them");
    // folders of another kind beside these could be read by nobody
    assertThat(job().said()).contains("other settings");
    copied("metal_pitting.jpg", "metal/scratch.jpg");
    assertThat(job("--partition-by", "kind").said()).contains("6 images, 5 of them", "6 rows");
    assertThat(table()).hasSize(6);
    assertThat(dir.resolve("out/_work")).doesNotExist();
    assertThat(dir.resolve("out/_headclip.lease")).doesNotExist();
  }

  @Test
  void aJobThatWasRefusedBindsNobody() throws Exception {
    copied("socket_good.jpg", "a.jpg");
    assertThat(job("--batched", "--compare", "scorer=knn").code()).isEqualTo(2);
    assertThat(job().code()).isZero();
    assertThat(table()).hasSize(1);
  }

  @Test
  void anImageThatChangedIsAnotherOne() throws Exception {
    copied("socket_good.jpg", "a.jpg");
    job();
    Files.setLastModifiedTime(dir.resolve("in/a.jpg"), FileTime.fromMillis(1_700_000_000_000L));
    assertThat(job().said()).contains("1 images, 0 of them", "2 rows");
  }

  @Test
  void whatAKilledJobLeftUnfinishedDoesNotCount() throws Exception {
    copied("socket_good.jpg", "a.jpg");
    copied("socket_crack.jpg", "b.jpg");
    job();
    // a slice that was written and not moved, and one of Spark's own temporary folders
    Path slice;
    try (var all = Files.list(dir.resolve("out"))) {
      slice = all.filter(p -> p.getFileName().toString().startsWith("slice=")).findFirst().get();
    }
    Path work = Files.createDirectories(dir.resolve("out/_work"));
    Files.move(slice, work.resolve("left"));
    Files.createDirectories(work.resolve("left/_temporary/0/task_1"));
    // one that was cut off while it was copied into place
    Path half = Files.createDirectories(dir.resolve("out/slice=half"));
    Files.createFile(half.resolve("_SUCCESS"));
    Ended again = job();
    assertThat(half).doesNotExist();
    assertThat(again.said()).contains("2 images, 0 of them", "2 rows");
    assertThat(table()).hasSize(2);
    assertThat(work).doesNotExist();
  }

  @Test
  void aBatchIsCommittedAsAWhole() throws Exception {
    for (String name : List.of("socket_good", "socket_crack", "metal_good", "metal_pitting")) {
      copied(name + ".jpg", "a/" + name + ".jpg");
      copied(name + ".jpg", "b/a/" + name + ".jpg");
    }
    Ended first = job("--batched", "--by-folder", "--slice", "4", "--partition-by", "kind");
    assertThat(first.code()).as(first.said()).isZero();
    assertThat(first.said()).contains("slice 2 of 2", "8 rows");
    Row one = spark.read().parquet(dir.resolve("out").toString()).first();
    assertThat((int) one.<Row>getAs("references").getAs("count")).isEqualTo(4);
    String[] same = {"--batched", "--by-folder", "--partition-by", "kind"};
    assertThat(job(same).said()).contains("8 of them");
    copied("gamepad_broken.jpg", "a/new.jpg");
    Ended mixed = job(same);
    assertThat(mixed.code()).isEqualTo(2);
    assertThat(mixed.said()).contains("4 images are in the output already and 1 are not");
    assertThat(job("--batched").said()).contains("other settings");
  }

  @Test
  void referencesArePartOfWhatATableIsOf() throws Exception {
    copied("socket_crack.jpg", "a.jpg");
    String normal = SAMPLES.resolve("socket_good.jpg").toString();
    Ended found = job("--normal", normal);
    assertThat(found.code()).as(found.said()).isZero();
    assertThat(found.said()).contains("one reference");
    Row row = table().get("a.jpg");
    assertThat((int) row.<Row>getAs("references").getAs("count")).isEqualTo(1);
    assertThat(job("--normal", normal).said()).contains("1 of them");
    assertThat(job().said()).contains("other settings");
    assertThat(job("--normal", normal, "--batched").code()).isEqualTo(2);
    assertThat(job("--compare", "scorer=knn").said()).contains("go with --normal or --batched");
  }

  @Test
  void aTableIsOfOneModelAndOneThreshold() throws Exception {
    copied("socket_good.jpg", "a.jpg");
    job();
    Ended other = job("--threshold", "0.9");
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.said()).contains("other settings", "name another output");
    assertThat(table()).hasSize(1);
  }

  @Test
  void aDeadJobsLeaseIsTakenOverAndALivingOnesIsNot() throws Exception {
    copied("socket_good.jpg", "a.jpg");
    Path out = Files.createDirectories(dir.resolve("out"));
    Files.writeString(out.resolve("_headclip.lease"), "application gone, renewed 3 times");
    Ended found = job();
    assertThat(found.code()).isZero();
    assertThat(found.said()).contains("another job's lease (application gone");
    var folder = new org.apache.hadoop.fs.Path(out.toString());
    FileSystem system = folder.getFileSystem(spark.sparkContext().hadoopConfiguration());
    try (Lease living = Lease.take(system, folder, "somebody", Duration.ofSeconds(1))) {
      Ended refused = job();
      assertThat(refused.code()).isEqualTo(2);
      assertThat(refused.said()).contains("another job is writing there (somebody");
      living.require();
    }
    assertThat(job().code()).isZero();
  }

  @Test
  void wrongInputIsOneLine() throws Exception {
    copied("socket_good.jpg", "a.jpg");
    String out = dir.resolve("out2").toString();
    String in = dir.resolve("in").toString();
    List<String[]> wrong =
        List.of(
            new String[] {in + "/none*", "--output", out},
            new String[] {in, "--output", out, "--model", "none"},
            new String[] {in, "--output", out, "--threshold", "7"},
            new String[] {in, "--output", out, "--set", "lamda=0.2"},
            new String[] {in, "--output", out, "--slice", "0"},
            new String[] {in, "--output", out, "--tiles", "x"},
            new String[] {in, "--output", in + "/a.jpg"},
            new String[] {in, "--output", "/proc/none"},
            new String[] {in});
    for (String[] arguments : wrong) {
      Ended found = run(arguments);
      assertThat(found.code()).as(Arrays.toString(arguments)).isEqualTo(2);
      assertThat(found.said().lines().findFirst().orElse("")).isNotBlank();
      assertThat(found.said()).doesNotContain("\tat ");
    }
    assertThat(Path.of(out)).doesNotExist();
  }
}
