package dev.headclip.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples for callers in other languages. */
@Tag("long")
class CallersTest {
  private static final Path EXAMPLES = Path.of("../examples/spark").toAbsolutePath().normalize();
  private static final String SAMPLES =
      Path.of("../samples/socket_*.jpg").toAbsolutePath().normalize().toString();
  @TempDir private Path dir;

  @Test
  void scala() throws Exception {
    SparkSession spark = LocalSpark.session();
    String[] compile = {
      "-classpath",
      System.getProperty("java.class.path"),
      "-d",
      dir.toString(),
      EXAMPLES.resolve("Detect.scala").toString()
    };
    assertThat(scala.tools.nsc.Main.process(compile)).isTrue();
    PrintStream before = System.out;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    try (URLClassLoader compiled = new URLClassLoader(new URL[] {dir.toUri().toURL()})) {
      System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
      scala.Console$.MODULE$.setOutDirect(System.out);
      compiled
          .loadClass("Detect")
          .getMethod("main", String[].class)
          .invoke(null, (Object) new String[] {SAMPLES});
    } finally {
      System.setOut(before);
      scala.Console$.MODULE$.setOutDirect(before);
    }
    assertThat(said.toString(StandardCharsets.UTF_8))
        .contains("socket_crack.jpg", "anomalous at 0.6");
    assertThat(spark.sparkContext().isStopped()).isFalse();
  }

  @Test
  void python() throws Exception {
    boolean there;
    try {
      there = new ProcessBuilder("python3", "-c", "import pyspark").start().waitFor() == 0;
    } catch (java.io.IOException e) {
      there = false;
    }
    Assumptions.assumeTrue(there, "not here: pyspark");
    ProcessBuilder b =
        new ProcessBuilder(
            "python3",
            EXAMPLES.resolve("headclip_spark.py").toString(),
            SAMPLES.replace("*", "{good,patch}"));
    String classes =
        List.of(System.getProperty("java.class.path").split(File.pathSeparator)).stream()
            .filter(e -> !e.contains("/org/apache/spark/"))
            .reduce((x, y) -> x + File.pathSeparator + y)
            .orElseThrow();
    b.environment()
        .put(
            "PYSPARK_SUBMIT_ARGS",
            "--master local[2] --driver-class-path " + classes + " pyspark-shell");
    Process p = b.redirectErrorStream(true).start();
    String said = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(p.waitFor()).as(said).isZero();
    assertThat(said).contains("socket_crack.jpg", "socket_good.jpg");
  }
}
