package dev.headclip.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headclip.image.ImageWriter;
import dev.headclip.image.RgbImage;
import dev.headclip.synth.Generator;
import dev.headclip.torch.TinyModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line as a process of its own, as a user runs it. */
class CommandLineTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path dir;
  private Path model;

  @BeforeEach
  void model() throws IOException {
    model = TinyModel.write(Files.createDirectory(dir.resolve("model")));
  }

  private Processes.Run headclip(Object... args) throws Exception {
    return new Processes(dir).run(args);
  }

  private Path image(String name, int i) throws IOException {
    RgbImage square = Generator.drawn(2, 64).any(i).image();
    Path p = dir.resolve(name);
    Files.createDirectories(p.getParent());
    try (OutputStream out = Files.newOutputStream(p)) {
      ImageWriter.png(square.crop(0, 0, 64, 48), out);
    }
    return p;
  }

  private static void oneLine(Processes.Run r, String... parts) {
    assertThat(r.err().lines().filter(l -> l.startsWith("headclip: "))).hasSize(1);
    assertThat(r.err()).contains(parts).doesNotContain("\tat ");
  }

  @Test
  void foldersAreScoredInOrderWithMapsOverlaysAndJson() throws Exception {
    image("in/b.png", 1);
    image("in/a b/ü.png", 2);
    Files.writeString(dir.resolve("in/readme.txt"), "not an image");
    Processes.Run r = headclip("detect", "in", "--model", model, "--format", "json");
    assertThat(r.code()).as(r.err()).isZero();
    List<String> lines = r.out().lines().toList();
    assertThat(lines).hasSize(2);
    JsonNode first = JSON.readTree(lines.get(0));
    assertThat(first.path("image").asText()).isEqualTo("in/a b/ü.png");
    for (String field :
        "image score global_score local_score anomalous threshold width height regions map overlay model ms"
            .split(" ")) {
      assertThat(first.has(field)).as(field).isTrue();
    }
    assertThat(first.path("width").asInt()).isEqualTo(64);
    assertThat(first.path("height").asInt()).isEqualTo(48);
    assertThat(ImageIO.read(dir.resolve(first.path("overlay").asText()).toFile()).getWidth())
        .isEqualTo(64);
    assertThat(
            ImageIO.read(dir.resolve(first.path("map").asText()).toFile())
                .getRaster()
                .getSampleModel()
                .getSampleSize(0))
        .isEqualTo(16);
  }

  @Test
  void npyMapsHaveTheImagesOrTheModelsSize() throws Exception {
    Path in = image("x.png", 3);
    assertThat(headclip("detect", in, "--model", model, "--maps", "npy").code()).isZero();
    byte[] npy = Files.readAllBytes(dir.resolve("headclip-out/x.png.map.npy"));
    String header = new String(npy, 10, 118, StandardCharsets.US_ASCII);
    assertThat(header).contains("'descr': '<f4'", "'shape': (48, 64)", "'fortran_order': False");
    assertThat(npy.length).isEqualTo(128 + 4 * 48 * 64);
    float v = ByteBuffer.wrap(npy).order(ByteOrder.LITTLE_ENDIAN).getFloat(128);
    assertThat(v).isBetween(0f, 1f);
    assertThat(
            headclip(
                    "detect",
                    in,
                    "--model",
                    model,
                    "--maps",
                    "npy",
                    "--map-size",
                    "model",
                    "--out",
                    "m")
                .code())
        .isZero();
    assertThat(Files.size(dir.resolve("m/x.png.map.npy"))).isEqualTo(128 + 4 * 70 * 70);
    assertThat(dir.resolve("m/x.png.overlay.png")).doesNotExist();
  }

  @Test
  void brokenImagesAreLinesOfTheirOwnAndTheRestGoesOn() throws Exception {
    Path good = image("good.png", 1);
    Path bad = Files.writeString(dir.resolve("bad.png"), "x");
    Path cut = dir.resolve("cut.png");
    byte[] whole = Files.readAllBytes(good);
    Files.write(cut, java.util.Arrays.copyOf(whole, whole.length / 2));
    Processes.Run json =
        headclip("detect", bad, cut, good, "gone.png", "--model", model, "--format", "json");
    assertThat(json.code()).isEqualTo(1);
    List<String> lines = json.out().lines().toList();
    assertThat(lines).hasSize(4);
    assertThat(JSON.readTree(lines.get(0)).path("error").asText()).contains("not an image");
    assertThat(JSON.readTree(lines.get(1)).path("error").asText()).contains("corrupt");
    assertThat(JSON.readTree(lines.get(2)).has("score")).isTrue();
    assertThat(JSON.readTree(lines.get(3)).path("error").asText()).isEqualTo("no such file");
    Processes.Run csv = headclip("detect", bad, good, "--model", model, "--format", "csv");
    assertThat(csv.out().lines().toList().get(0)).startsWith("image,score,");
    assertThat(csv.out().lines())
        .hasSize(3)
        .allMatch(l -> l.chars().filter(c -> c == ',').count() >= 13);
  }

  @Test
  void verdictFollowsTheThreshold() throws Exception {
    Path in = image("x.png", 3);
    Processes.Run low =
        headclip("detect", in, "--model", model, "--maps", "none", "--threshold", "0");
    Processes.Run high =
        headclip("detect", in, "--model", model, "--maps", "none", "--threshold", "1");
    assertThat(low.out()).startsWith("ANOMALOUS");
    assertThat(high.out()).startsWith("normal");
    assertThat(dir.resolve("headclip-out")).doesNotExist();
  }

  @Test
  void wrongUsageIsOneLineAndCodeTwo() throws Exception {
    Path in = image("x.png", 3);
    Files.createDirectory(dir.resolve("empty"));
    Processes.Run r = headclip("detect", "empty", "--model", model);
    assertThat(r.code()).isEqualTo(2);
    oneLine(r, "empty: no images, expected");
    r = headclip("detect", in, "--model", "nosuch");
    assertThat(r.code()).isEqualTo(2);
    oneLine(r, "nosuch: no such folder and no built-in model");
    r = headclip("detect", in, "--model", model, "--threshold", "7");
    assertThat(r.code()).isEqualTo(2);
    oneLine(r, "--threshold is 7.0, expected 0 to 1");
    r = headclip("detect", in, "--model", model, "--maps", "tiff");
    assertThat(r.code()).isEqualTo(2);
    oneLine(r, "--maps");
    r = headclip("detect", in, "--backbone", model);
    assertThat(r.code()).isEqualTo(2);
    oneLine(r, "--backbone without --adapter");
    r = headclip("detect", in, "--model", model, "--precision", "int8", "--engine", "torch");
    assertThat(r.code()).isEqualTo(2);
    oneLine(r, "--precision int8 needs the onnx engine, found torch");
    r = headclip("detect", in, "--model", model, "--device", "gpu");
    assertThat(r.code()).isEqualTo(2);
    oneLine(r, "--device gpu: ONNX Runtime finds no usable GPU");
    r = headclip("detect", in, "--model", model, "--threads", "-1");
    assertThat(r.code()).isEqualTo(2);
    oneLine(r, "--threads is -1, expected 0 to 1024");
    r = headclip("fly");
    assertThat(r.code()).isEqualTo(2);
    r = headclip("detect");
    assertThat(r.code()).isEqualTo(2);
  }

  @Test
  void anOutputThatCannotBeWrittenEndsTheRunAndLeavesNothing() throws Exception {
    Path in = image("x.png", 3);
    Files.writeString(dir.resolve("taken"), "a file, not a folder");
    Processes.Run r = headclip("detect", in, "--model", model, "--out", "taken/sub");
    assertThat(r.code()).isEqualTo(2);
    oneLine(r, "cannot be written");
  }

  @Test
  void ourOwnResultsAreNotScoredTheSecondTime() throws Exception {
    image("x.png", 3);
    headclip("detect", ".", "--model", model);
    Processes.Run again = headclip("detect", ".", "--model", model);
    assertThat(again.out().lines().filter(l -> l.contains("headclip-out"))).isEmpty();
  }

  @Test
  void trainedAdaptersAreUsedByDetectAndShownWithTheirProvenance() throws Exception {
    Processes.Run made =
        headclip("datasets", "synthesize", "data", "--count", "46", "--size", "70");
    assertThat(made.code()).as(made.err()).isZero();
    Processes.Run trained =
        headclip(
            "train",
            "--root",
            "data",
            "--backbone",
            model,
            "--out",
            "new/a.safetensors",
            "--epochs",
            "1",
            "--image-size",
            "70",
            "--csa",
            "2-5",
            "--output-layers",
            "3,5",
            "--aggregate",
            "sum_no_skip",
            "--lambda",
            "0.25");
    assertThat(trained.code()).as(trained.err()).isZero();
    Processes.Run shown = headclip("models", "show", model, "--adapter", "new/a.safetensors");
    JsonNode json = JSON.readTree(shown.out());
    assertThat(json.path("settings").path("csa").toString()).isEqualTo("{\"first\":2,\"last\":5}");
    assertThat(json.path("settings").path("aggregate").asText()).isEqualTo("sum_no_skip");
    assertThat(json.path("settings").path("lambda").asDouble()).isEqualTo(0.25);
    assertThat(json.path("provenance").path("backbone_digest").asText()).hasSize(64);
    assertThat(json.path("head_weights")).hasSize(4);
    Processes.Run used =
        headclip(
            "detect",
            image("x.png", 3),
            "--backbone",
            model,
            "--adapter",
            "new/a.safetensors",
            "--format",
            "json");
    assertThat(used.code()).as(used.err()).isZero();
    assertThat(JSON.readTree(used.out()).path("model").asText()).isEqualTo("a.safetensors");
    Processes.Run figures =
        headclip("evaluate", "--root", "data", "--model", model, "--format", "json");
    assertThat(JSON.readTree(figures.out()).path("mean").path("pixel").path("auroc").asDouble())
        .isBetween(0.0, 1.0);
    try (Stream<Path> files = Files.walk(dir)) {
      assertThat(files.filter(f -> f.toString().endsWith(".tmp"))).isEmpty();
    }
  }

  @Test
  void anAdapterOfAnotherBackboneIsRefusedByTensorAndShape() throws Exception {
    Path in = image("x.png", 3);
    Path other = Files.createDirectory(dir.resolve("other"));
    dev.headclip.weights.SafetensorsWriter.write(
        other.resolve("a.safetensors"),
        java.util.Map.of(
            "prompt.normal", dev.headclip.tensor.HostTensor.zeros(12, 768),
            "prompt.abnormal", dev.headclip.tensor.HostTensor.zeros(12, 768)),
        java.util.Map.of(),
        false);
    Processes.Run r =
        headclip("detect", in, "--backbone", model, "--adapter", "other/a.safetensors");
    assertThat(r.code()).isEqualTo(2);
    oneLine(r, "tensor prompt.normal has shape [12,768], expected [12,48]");
  }

  @Test
  void aFolderThatIsCalledLikeABuiltInModelDoesNotHideIt() throws Exception {
    Files.createDirectory(dir.resolve("starter"));
    Processes.Run r = headclip("detect", image("x.png", 3), "--maps", "none");
    assertThat(r.code()).as(r.err()).isZero();
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
    Processes.Run r = headclip("detect", tall, good, "--model", model, "--format", "json");
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
          headclip("detect", "link", "--model", model, "--out", "real", "--format", "json");
      assertThat(r.code()).as(r.err()).isZero();
      assertThat(r.out().lines()).hasSize(1);
    }
  }

  @Test
  void resultsThatNobodyCanReadAreAnError() throws Exception {
    Path full = Path.of("/dev/full");
    Assumptions.assumeTrue(Files.exists(full), "not here: /dev/full");
    Path in = image("x.png", 1);
    Process p =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "detect",
                in.toString(),
                "--model",
                model.toString(),
                "--maps",
                "none")
            .redirectOutput(full.toFile())
            .redirectError(dir.resolve("err").toFile())
            .start();
    assertThat(p.waitFor()).isEqualTo(2);
    assertThat(Files.readString(dir.resolve("err"))).contains("cannot be written");
  }

  @Test
  void helpIsThereForEveryVerb() throws Exception {
    for (String verb : List.of("detect", "train", "evaluate", "datasets", "models")) {
      Processes.Run r = headclip(verb, "--help");
      assertThat(r.code()).isZero();
      assertThat(r.out()).contains("Usage: headclip " + verb);
    }
  }
}
