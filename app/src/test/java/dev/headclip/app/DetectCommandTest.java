package dev.headclip.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.detect.Detection;
import dev.headclip.detect.Detector;
import dev.headclip.image.ImageWriter;
import dev.headclip.map.Region;
import dev.headclip.results.Report;
import dev.headclip.results.ResultFormat;
import dev.headclip.synth.Generator;
import dev.headclip.tensor.HostTensor;
import dev.headclip.testing.TinyModel;
import dev.headclip.weights.SafetensorsWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.ImageIO;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code detect}: what it prints and writes, and what it says of wrong input. */
class DetectCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path OUT = Path.of("out");

  @TempDir private Path dir;
  private Path model;

  @BeforeEach
  void model() {
    model = TinyModel.write(dir.resolve("model"));
  }

  private Processes.Run headclip(Object... args) {
    return new Commands(dir).run(args);
  }

  private Processes.Run detect(Object... args) {
    Object[] all = Stream.concat(Stream.of("detect"), Arrays.stream(args)).toArray();
    return headclip(all);
  }

  private Path image(String name, int i) throws IOException {
    Path p = dir.resolve(name);
    Files.createDirectories(p.getParent());
    try (OutputStream out = Files.newOutputStream(p)) {
      ImageWriter.png(Generator.drawn(2, 64).any(i).image().crop(0, 0, 64, 48), out);
    }
    return p;
  }

  /** The files below the test's folder, but for the model's. */
  private List<String> files() throws IOException {
    try (Stream<Path> all = Files.walk(dir)) {
      return all.filter(p -> Files.isRegularFile(p) && !p.startsWith(model))
          .map(p -> dir.relativize(p).toString())
          .sorted()
          .toList();
    }
  }

  private static void oneLine(Processes.Run r, String... parts) {
    assertThat(r.code()).as(r.err()).isEqualTo(2);
    assertThat(r.err().lines().filter(l -> l.startsWith("headclip: "))).hasSize(1);
    assertThat(r.err()).contains(parts).doesNotContain("\tat ");
  }

  @Test
  void jsonHoldsWhatTheDetectorFinds() throws Exception {
    Path in = image("x.png", 3);
    double inside;
    try (Detector d = Detector.load(model.toString())) {
      float[] map = d.detect(in).map().values().clone();
      Arrays.sort(map);
      inside = map[map.length * 3 / 4];
    }
    Processes.Run r =
        detect(in, "--model", model, "--threshold", inside, "--out", OUT, "--format", "json");
    assertThat(r.code()).as(r.err()).isZero();
    JsonNode found = JSON.readTree(r.out());
    try (Detector d = Detector.builder(model.toString()).threshold(inside).build()) {
      Detection expected = d.detect(in);
      close(found, "score", expected.score());
      close(found, "global_score", expected.globalScore());
      close(found, "local_score", expected.localScore());
      assertThat(found.path("anomalous").asBoolean()).isEqualTo(expected.anomalous());
      assertThat(found.path("regions")).hasSameSizeAs(expected.regions()).isNotEmpty();
      for (int i = 0; i < expected.regions().size(); i++) {
        Region region = expected.regions().get(i);
        JsonNode json = found.path("regions").get(i);
        assertThat(json.path("box").toString())
            .isEqualTo(
                "[%d,%d,%d,%d]".formatted(region.x(), region.y(), region.width(), region.height()));
        close(json, "area", region.area());
        close(json, "peak", region.peak());
      }
    }
    assertThat(found.path("image").asText()).isEqualTo(in.toString());
    assertThat(found.path("model").asText()).isEqualTo(model.toString());
    assertThat(found.path("threshold").asDouble()).isEqualTo(inside);
    assertThat(found.path("width").asInt()).isEqualTo(64);
    assertThat(found.path("height").asInt()).isEqualTo(48);
    assertThat(found.path("ms").asDouble()).isGreaterThan(0);
    assertThat(Path.of(found.path("map").asText())).isRegularFile();
    assertThat(Path.of(found.path("overlay").asText())).isRegularFile();
  }

  private static void close(JsonNode o, String field, double expected) {
    // six decimals
    assertThat(o.path(field).asDouble(Double.NaN)).as(field).isCloseTo(expected, within(5.1e-7));
  }

  @Test
  void csvCellsThatHoldCommasQuotesAndLinesAreQuoted() throws Exception {
    List<String> names = List.of("a,b.png", "say \"yes\".png", "two\nlines.png");
    for (int i = 0; i < names.size(); i++) {
      image("in/" + names.get(i), i);
    }
    Files.writeString(dir.resolve("in/broken, too.png"), "x");
    Processes.Run r =
        detect(Path.of("in"), "--model", model, "--maps", "none", "--out", OUT, "--format", "csv");
    assertThat(r.code()).as(r.err()).isEqualTo(1);
    CSVFormat format = CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();
    List<CSVRecord> rows = format.parse(new StringReader(r.out())).getRecords();
    assertThat(rows)
        .extracting(row -> Path.of(row.get("image")).getFileName().toString())
        .containsExactlyInAnyOrder(
            "a,b.png", "say \"yes\".png", "two\nlines.png", "broken, too.png");
    for (CSVRecord row : rows) {
      assertThat(row.isConsistent()).isTrue();
      boolean broken = row.get("image").contains("broken");
      assertThat(row.get("score").isEmpty()).isEqualTo(broken);
      assertThat(row.get("error").contains("not an image")).isEqualTo(broken);
    }
  }

  @Test
  void namesCannotSteerATerminalForgeALineOrRunInASpreadsheet() throws Exception {
    image("in/a\u001b[31m.png", 1);
    image("in/b\nnormal     0.001  forged.png", 2);
    image("in/=1+1.png", 3);
    Path in = dir.resolve("in");
    Processes.Run text = detect(in, "--model", model, "--maps", "none", "--out", OUT);
    assertThat(text.out()).hasLineCount(3).doesNotContain("\u001b").contains("\\u001b[31m");
    Report guarded = Report.of(ResultFormat.csv, "m", true, java.util.Optional.empty());
    assertThat(guarded.failed("=1+1.png", "@x")).startsWith("'=1+1.png,").endsWith(",'@x");
    assertThat(
            Report.of(ResultFormat.csv, "m", false, java.util.Optional.empty())
                .failed("=1+1.png", "-"))
        .startsWith("=1+1.png,");
  }

  @Test
  void oneImageWhoseResultsCannotBeWrittenDoesNotEndTheRun() throws Exception {
    image("in/a.png", 1);
    image("in/b.png", 2);
    Files.createDirectories(dir.resolve("out/a.png.map.png/taken"));
    Processes.Run r = detect(Path.of("in"), "--model", model, "--out", OUT, "--format", "json");
    assertThat(r.code()).isEqualTo(1);
    List<String> lines = r.out().lines().toList();
    assertThat(lines).hasSize(2);
    assertThat(JSON.readTree(lines.get(0)).path("error").asText()).contains("cannot be written");
    assertThat(JSON.readTree(lines.get(1)).has("score")).isTrue();
  }

  @Test
  void imagesBeyondTheLimitAreRefusedByTheirHeader() throws Exception {
    Path in = image("x.png", 3);
    Processes.Run refused =
        detect(in, "--model", model, "--out", OUT, "--max-pixels", "3071", "--format", "json");
    assertThat(refused.code()).isEqualTo(1);
    assertThat(JSON.readTree(refused.out()).path("error").asText())
        .contains("64 x 48 pixels", "3071", "--max-pixels");
    Processes.Run taken =
        detect(in, "--model", model, "--out", OUT, "--max-pixels", "3072", "--format", "json");
    assertThat(taken.code()).as(taken.err()).isZero();
  }

  @Test
  void npyMapsHaveTheImagesOrTheModelsSize() throws Exception {
    Path in = image("x.png", 3);
    assertThat(detect(in, "--model", model, "--maps", "npy", "--out", OUT).code()).isZero();
    byte[] npy = Files.readAllBytes(dir.resolve("out/x.png.map.npy"));
    String header = new String(npy, 10, 118, StandardCharsets.US_ASCII);
    assertThat(header).contains("'descr': '<f4'", "'shape': (48, 64)", "'fortran_order': False");
    assertThat(npy.length).isEqualTo(128 + 4 * 48 * 64);
    float v = ByteBuffer.wrap(npy).order(ByteOrder.LITTLE_ENDIAN).getFloat(128);
    assertThat(v).isBetween(0f, 1f);
    Processes.Run r =
        detect(in, "--model", model, "--maps", "npy", "--map-size", "model", "--out", Path.of("m"));
    assertThat(r.code()).isZero();
    assertThat(Files.size(dir.resolve("m/x.png.map.npy"))).isEqualTo(128 + 4 * 70 * 70);
    assertThat(dir.resolve("m/x.png.overlay.png")).doesNotExist();
  }

  @Test
  void brokenImagesAreLinesOfTheirOwnAndTheRestGoesOn() throws Exception {
    Path good = image("good.png", 1);
    Path bad = Files.writeString(dir.resolve("bad.png"), "x");
    Path cut = dir.resolve("cut.png");
    byte[] whole = Files.readAllBytes(good);
    Files.write(cut, Arrays.copyOf(whole, whole.length / 2));
    Processes.Run json =
        detect(
            bad,
            cut,
            good,
            Path.of("gone.png"),
            "--model",
            model,
            "--out",
            OUT,
            "--format",
            "json");
    assertThat(json.code()).isEqualTo(1);
    List<String> lines = json.out().lines().toList();
    assertThat(lines).hasSize(4);
    assertThat(JSON.readTree(lines.get(0)).path("error").asText()).contains("not an image");
    assertThat(JSON.readTree(lines.get(1)).path("error").asText()).contains("corrupt");
    assertThat(JSON.readTree(lines.get(2)).has("score")).isTrue();
    assertThat(JSON.readTree(lines.get(3)).path("error").asText()).isEqualTo("no such file");
  }

  @Test
  void verdictFollowsTheThreshold() throws Exception {
    Path in = image("x.png", 3);
    Object[] common = {in, "--model", model, "--maps", "none", "--out", OUT, "--threshold"};
    assertThat(detect(with(common, "0")).out()).startsWith("ANOMALOUS");
    assertThat(detect(with(common, "1")).out()).startsWith("normal");
    assertThat(dir.resolve(OUT)).doesNotExist();
  }

  private static Object[] with(Object[] args, Object last) {
    return Stream.concat(Arrays.stream(args), Stream.of(last)).toArray();
  }

  @Test
  void everySettingOfTheScoresHasAFlag() throws Exception {
    Path in = image("x.png", 3);
    Object[] common = {in, "--model", model, "--maps", "none", "--format", "json"};
    double plain = score(common);
    assertThat(score(with(with(common, "--sigma"), "0"))).isNotEqualTo(plain);
    assertThat(score(with(with(common, "--top-count"), "1"))).isNotEqualTo(plain);
    assertThat(score(with(with(common, "--top-map"), "raw"))).isNotEqualTo(plain);
    // its name in earlier versions
    assertThat(score(with(common, "--top-raw")))
        .isEqualTo(score(with(with(common, "--top-map"), "raw")));
  }

  private double score(Object... args) throws Exception {
    Processes.Run r = detect(args);
    assertThat(r.code()).as(r.err()).isZero();
    return JSON.readTree(r.out()).path("score").asDouble();
  }

  @Test
  void methodsThatLearnNothingNeedNoAdapterAndHaveFlagsOfTheirOwn() throws Exception {
    Path in = image("x.png", 3);
    Path clip = TinyModel.backbone(dir.resolve("clip"));
    Processes.Run r =
        detect(
            in,
            "--backbone",
            clip,
            "--method",
            "winclip",
            "--class-name",
            "screw",
            "--temperature",
            "0.02",
            "--out",
            OUT);
    assertThat(r.code()).as(r.err()).isZero();
    oneLine(detect(in, "--backbone", clip, "--method", "anomalyclip"), "no adapter.safetensors");
    oneLine(detect(in, "--model", model, "--temperature", "0.02"), "--temperature");
    oneLine(detect(in, "--backbone", clip, "--method", "winclipp"), "did you mean winclip?");
  }

  @Test
  void wrongUsageIsOneLineAndCodeTwo() throws Exception {
    Path in = image("x.png", 3);
    Files.createDirectory(dir.resolve("empty"));
    oneLine(detect(Path.of("empty"), "--model", model), "empty: no images, expected");
    oneLine(
        detect(in, "--model", "nosuch"),
        "nosuch: no such file or folder, and no model of that name");
    oneLine(
        detect(in, "--model", model, "--threshold", "7"), "--threshold is 7.0, expected 0 to 1");
    oneLine(detect(in, "--model", model, "--sigma", "much"), "--sigma is much, expected a number");
    oneLine(detect(in, "--model", model, "--maps", "tiff"), "--maps");
    oneLine(detect(in, "--backbone", model), "--backbone without --adapter");
    oneLine(
        detect(in, "--model", model, "--precision", "int8", "--engine", "torch"),
        "--precision int8 needs the onnx engine, found torch");
    oneLine(
        detect(in, "--model", model, "--device", "gpu"),
        "--device gpu: ONNX Runtime finds no usable GPU");
    oneLine(detect(in, "--model", model, "--threads", "-1"), "--threads is -1, expected 0 to 1024");
    oneLine(
        detect(in, "--model", model, "--top-count", "3", "--top-fraction", "0.1"),
        "--top-fraction and --top-count together");
    assertThat(headclip("fly").code()).isEqualTo(2);
    assertThat(detect().code()).isEqualTo(2);
    assertThat(files()).containsExactly("x.png");
  }

  @Test
  void anOutputThatCannotBeWrittenEndsTheRunAndLeavesNothing() throws Exception {
    Path in = image("in/x.png", 3);
    Path taken = Files.writeString(dir.resolve("taken"), "a file, not a folder");
    oneLine(detect(in, "--model", model, "--out", Path.of("taken/sub")), "cannot be written");
    assertThat(files()).containsExactly("in/x.png", "taken");
    assertThat(taken).hasContent("a file, not a folder");
  }

  @Test
  void ourOwnResultsAreNotScoredTheSecondTime() throws Exception {
    image("in/x.png", 3);
    for (int i = 0; i < 2; i++) {
      Processes.Run r =
          detect(Path.of("in"), "--model", model, "--out", Path.of("in/out"), "--format", "json");
      assertThat(r.code()).as(r.err()).isZero();
      assertThat(r.out().lines()).hasSize(1);
      assertThat(files()).contains("in/out/x.png.map.png", "in/out/x.png.overlay.png");
    }
  }

  @Test
  void anAdapterOfAnotherBackboneIsRefusedByTensorAndShape() throws Exception {
    Path in = image("x.png", 3);
    Path other = dir.resolve("a.safetensors");
    SafetensorsWriter.write(
        other,
        Map.of(
            "prompt.normal", HostTensor.zeros(12, 768),
            "prompt.abnormal", HostTensor.zeros(12, 768)),
        Map.of(),
        false);
    oneLine(
        detect(in, "--backbone", model, "--adapter", other),
        "tensor prompt.normal has shape [12,768], expected [12,48]");
  }

  @Test
  void anImageThatNoDecoderCanHoldIsOneOfTheFailedOnes() throws Exception {
    Path good = image("good.png", 1);
    // 1 x 10,000,000 pixels: a small file whose resized rows exceed what Java can address
    byte[] row = new byte[2 * 1024];
    ByteArrayOutputStream raw = new ByteArrayOutputStream();
    try (DeflaterOutputStream z = new DeflaterOutputStream(raw)) {
      for (int i = 0; i < 20_000_000 / row.length + 1; i++) {
        z.write(row);
      }
    }
    Path tall = dir.resolve("tall.png");
    Files.write(tall, png(1, 10_000_000, raw.toByteArray()));
    Processes.Run r = detect(tall, good, "--model", model, "--out", OUT, "--format", "json");
    assertThat(r.code()).as(r.err()).isEqualTo(1);
    List<String> lines = r.out().lines().toList();
    assertThat(JSON.readTree(lines.get(0)).has("error")).isTrue();
    assertThat(JSON.readTree(lines.get(1)).has("score")).isTrue();
  }

  private static byte[] png(int width, int height, byte[] data) {
    ByteBuffer b = ByteBuffer.allocate(8 + 25 + 12 + data.length + 12);
    b.put(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
    ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(height);
    header.put(new byte[] {8, 0, 0, 0, 0});
    chunk(b, "IHDR", header.array());
    chunk(b, "IDAT", data);
    chunk(b, "IEND", new byte[0]);
    return b.array();
  }

  private static void chunk(ByteBuffer to, String type, byte[] data) {
    CRC32 crc = new CRC32();
    crc.update(type.getBytes(StandardCharsets.US_ASCII));
    crc.update(data);
    to.putInt(data.length).put(type.getBytes(StandardCharsets.US_ASCII)).put(data);
    to.putInt((int) crc.getValue());
  }

  @Test
  void linkedFoldersAreFollowedAndTheOutputMayBeTheInput() throws Exception {
    image("real/x.png", 1);
    Files.createSymbolicLink(dir.resolve("link"), dir.resolve("real"));
    for (int i = 0; i < 2; i++) {
      Processes.Run r =
          detect(Path.of("link"), "--model", model, "--out", Path.of("real"), "--format", "json");
      assertThat(r.code()).as(r.err()).isZero();
      assertThat(r.out().lines()).hasSize(1);
    }
  }

  @Test
  void mapsArePicturesOfSixteenBits() throws Exception {
    Path in = image("x.png", 3);
    assertThat(detect(in, "--model", model, "--out", OUT).code()).isZero();
    assertThat(
            ImageIO.read(dir.resolve("out/x.png.map.png").toFile())
                .getRaster()
                .getSampleModel()
                .getSampleSize(0))
        .isEqualTo(16);
    assertThat(ImageIO.read(dir.resolve("out/x.png.overlay.png").toFile()).getWidth())
        .isEqualTo(64);
  }

  @Test
  void aPageShowsAllResultsOfflineWhateverTheirNamesHold() throws IOException {
    image("in/<script>alert(1)<!--.png", 1);
    image("in/b.png", 2);
    Files.write(dir.resolve("in/c.png"), new byte[] {1, 2, 3});
    Processes.Run r = detect(dir.resolve("in"), "--model", model, "--out", OUT);
    assertThat(r.code()).isEqualTo(1);
    assertThat(r.err()).contains("results in ", "out/index.html");
    String page = Files.readString(dir.resolve("out/index.html"));
    assertThat(page)
        .contains("\\u003cscript\\u003ealert(1)\\u003c!--.png", "data:image/jpeg", "c.png")
        .doesNotContain("http://", "https://", "@DATA@", "@THRESHOLD@", "<script>alert");
    detect(dir.resolve("in/b.png"), "--model", model, "--out", Path.of("plain"), "--no-page");
    assertThat(dir.resolve("plain/index.html")).doesNotExist();
  }

  @Test
  void regionsComeAsCocoWithTheirPixels() throws IOException {
    image("in/a.png", 1);
    Files.write(dir.resolve("in/c.png"), new byte[] {1, 2, 3});
    Processes.Run r =
        detect(
            dir.resolve("in"),
            "--model",
            model,
            "--maps",
            "none",
            "--format",
            "coco",
            "--threshold",
            0);
    assertThat(r.code()).isEqualTo(1);
    JsonNode coco = JSON.readTree(r.out());
    assertThat(coco.path("images")).hasSize(1);
    assertThat(coco.path("errors").path(0).path("file_name").asText()).endsWith("c.png");
    JsonNode image = coco.path("images").path(0);
    assertThat(coco.path("annotations")).isNotEmpty();
    for (JsonNode a : coco.path("annotations")) {
      assertThat(a.path("image_id")).isEqualTo(image.path("id"));
      int covered = 0;
      int inside = 0;
      JsonNode counts = a.path("segmentation").path("counts");
      for (int i = 0; i < counts.size(); i++) {
        covered += counts.path(i).asInt();
        inside += i % 2 == 0 ? 0 : counts.path(i).asInt();
      }
      assertThat(covered).isEqualTo(64 * 48);
      assertThat(inside).isEqualTo(a.path("area").asInt());
    }
  }
}
