package dev.headclip.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headclip.detect.Detection;
import dev.headclip.detect.Detector;
import dev.headclip.reference.ReferenceFile;
import dev.headclip.server.Client.Answer;
import dev.headclip.server.Client.Part;
import dev.headclip.server.settings.Limits;
import dev.headclip.server.settings.ModelSource;
import dev.headclip.server.settings.ServerSettings;
import dev.headclip.testing.TiffWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server answers; every answer is compared with openapi.json on the way. */
class ServerTest {
  private static final ModelSource STARTER =
      new ModelSource("starter", () -> Detector.builder("starter"), Optional.empty());

  @TempDir private static Path kept;
  @TempDir private static Path spare;
  private static DetectionServer server;
  private static Client client;
  private static Detector library;

  @BeforeAll
  static void start() {
    Limits limits =
        new Limits(
            32,
            1 << 20,
            4 << 20,
            40,
            1_000_000,
            64 << 20,
            4,
            Duration.ofSeconds(60),
            Duration.ofMinutes(5),
            Duration.ofSeconds(10));
    server =
        DetectionServer.builder(
                ServerSettings.defaults().withPort(0).withLimits(limits).withModels(kept),
                List.of(STARTER))
            .onnx((model, file) -> write(file, "onnx of " + model.name()))
            .start();
    client = new Client(server);
    library = Detector.load("starter");
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @AfterAll
  static void stop() {
    server.close();
    library.close();
  }

  private static void isProblem(Answer a, int status, String code, String says) {
    assertThat(a.header("Content-Type")).startsWith("application/problem+json");
    assertThat(a.status()).as(a.text()).isEqualTo(status);
    assertThat(a.json().path("code").asText()).isEqualTo(code);
    assertThat(a.json().path("status").asInt()).isEqualTo(status);
    assertThat(a.json().path("detail").asText()).contains(says);
  }

  @Test
  void routesAreThoseDescribed() {
    Map<String, List<String>> answered = new LinkedHashMap<>(server.routes());
    answered.keySet().removeIf(p -> p.startsWith("/assets/") || p.equals("/favicon.ico"));
    assertThat(answered).isEqualTo(new OpenApi().routes());
  }

  @Test
  void anImageGetsWhatTheLibraryFinds() {
    Detection expected = library.detect(Pictures.bad(1));
    for (Answer a :
        List.of(
            client.image("/v1/detect?name=washer.png", Pictures.bad(1)),
            client.form("/v1/detect", Part.image("washer.png", Pictures.bad(1))))) {
      JsonNode found = a.json().has("results") ? a.json().path("results").get(0) : a.json();
      assertThat(found.path("image").asText()).isEqualTo("washer.png");
      assertThat(found.path("score").asDouble()).isCloseTo(expected.score(), within(1e-5));
      assertThat(found.path("anomalous").asBoolean()).isEqualTo(expected.anomalous());
      assertThat(found.path("regions")).hasSize(expected.regions().size());
      assertThat(found.path("width").asInt()).isEqualTo(160);
      assertThat(found.path("model").asText()).isEqualTo("starter");
    }
  }

  @Test
  void aThresholdInTheAddressJudges() {
    assertThat(
            client
                .image("/v1/detect?threshold=0", Pictures.good(1))
                .json()
                .path("anomalous")
                .asBoolean())
        .isTrue();
    assertThat(
            client
                .image("/v1/detect?threshold=1", Pictures.bad(1))
                .json()
                .path("anomalous")
                .asBoolean())
        .isFalse();
  }

  @Test
  void mapsComeInsideTheResultOrAlone() throws IOException {
    JsonNode inside = client.image("/v1/detect?maps=png&overlay=true", Pictures.bad(2)).json();
    byte[] png =
        Base64.getDecoder()
            .decode(inside.path("map").asText().substring("data:image/png;base64,".length()));
    assertThat(ImageIO.read(new ByteArrayInputStream(png)).getWidth()).isEqualTo(160);
    assertThat(inside.path("overlay").asText()).startsWith("data:image/jpeg;base64,");
    Answer alone = client.image("/v1/detect", Pictures.bad(2), "Accept", "image/png");
    assertThat(alone.response().body()).isEqualTo(png);
    assertThat(Double.parseDouble(alone.header("Headclip-Score")))
        .isEqualTo(inside.path("score").asDouble());
    Answer npy =
        client.image("/v1/detect?map_size=model", Pictures.bad(2), "Accept", "application/x-npy");
    assertThat(npy.response().body()).startsWith((byte) 0x93, (byte) 'N', (byte) 'U');
    assertThat(npy.text()).contains("(288, 288)");
  }

  @Test
  void oneDamagedImageOfSeveralIsAnEntry() {
    JsonNode results =
        client
            .form(
                "/v1/detect",
                Part.image("a.png", Pictures.good(1)),
                Part.image("b.png", "no image".getBytes()),
                Part.image("c.png", Pictures.good(3)))
            .json()
            .path("results");
    assertThat(results).hasSize(3);
    assertThat(results.get(0).has("score")).isTrue();
    assertThat(results.get(1).path("error").asText()).contains("not an image");
    assertThat(results.get(2).path("image").asText()).isEqualTo("c.png");
  }

  @Test
  void linesAreGivenToWhoAsksForThem() {
    String boundary = "multipart/form-data; boundary=----headclip-test";
    byte[] body =
        Client.body(Part.image("a.png", Pictures.good(1)), Part.image("b.png", Pictures.good(2)));
    Answer a = client.ask("POST", "/v1/detect", boundary, body, "Accept", "application/x-ndjson");
    assertThat(a.text().lines()).hasSize(2).allMatch(l -> l.startsWith("{\"image\""));
  }

  @Test
  void moreImagesThanTheQueueHoldsGoThroughItInTurn() {
    Part[] parts =
        Pictures.good("many", 0, 40).entrySet().stream()
            .map(e -> Part.image(e.getKey(), e.getValue()))
            .toArray(Part[]::new);
    JsonNode results = client.form("/v1/detect", parts).json().path("results");
    assertThat(results).hasSize(40);
    for (int i = 0; i < 40; i++) {
      assertThat(results.get(i).path("image").asText()).isEqualTo("many-%02d.png".formatted(i));
    }
  }

  @Test
  void whatIsWrongWithARequestIsSaidInOneLine() {
    byte[] good = Pictures.good(1);
    isProblem(client.image("/v1/detect", new byte[0]), 400, "invalid_request", "empty");
    isProblem(
        client.image("/v1/detect", java.util.Arrays.copyOf(good, good.length / 2)),
        422,
        "unreadable_image",
        "truncated");
    isProblem(
        client.image("/v1/detect", Pictures.png(1, false, 1200, 1000)),
        422,
        "unreadable_image",
        "more than the limit");
    isProblem(
        client.ask("POST", "/v1/detect", "text/plain", good),
        415,
        "unsupported_media_type",
        "text/plain");
    isProblem(client.image("/v1/detect?thrshold=1", good), 400, "invalid_request", "'thrshold'");
    isProblem(client.image("/v1/detect?threshold=2", good), 400, "invalid_request", "0 to 1");
    isProblem(client.image("/v1/detect?model=none", good), 404, "not_found", "starter");
    isProblem(client.get("/v1/nothing"), 404, "not_found", "/docs");
    isProblem(client.get("/v1/detect"), 405, "method_not_allowed", "GET");
    isProblem(
        client.ask("POST", "/v1/batches", "application/json", "{\"images\":".getBytes()),
        400,
        "invalid_request",
        "no JSON");
    isProblem(
        client.json("POST", "/v1/batches", Client.map("images", List.of("../../etc/passwd"))),
        404,
        "not_found",
        "no image");
    isProblem(
        client.json("POST", "/v1/batches", Client.map("pictures", List.of())),
        400,
        "invalid_request",
        "'pictures'");
    isProblem(
        client.ask("POST", "/v1/detect", "multipart/form-data; boundary=x", good),
        400,
        "invalid_request",
        "not what its content type says");
  }

  @Test
  void whatIsTooLargeIsAnswered413AndLeavesNothing() throws IOException {
    long before = kept("headclip_store_bytes");
    isProblem(client.image("/v1/detect", new byte[2 << 20]), 413, "too_large", "1 MiB");
    isProblem(
        client.form("/v1/detect", Part.image("a.png", new byte[2 << 20])),
        413,
        "too_large",
        "1 MiB");
    Part[] many = new Part[6];
    java.util.Arrays.fill(many, Part.image("a.png", new byte[900_000]));
    isProblem(client.form("/v1/detect", many), 413, "too_large", "4 MiB");
    Part[] tiny = new Part[10_000];
    java.util.Arrays.fill(tiny, Part.image("a.png", new byte[1]));
    isProblem(client.form("/v1/detect", tiny), 413, "too_large", "40 images");
    Part[] some = new Part[41];
    java.util.Arrays.fill(some, Part.image("a.png", new byte[1]));
    isProblem(client.form("/v1/detect", some), 413, "too_large", "40 images");
    assertThat(kept("headclip_store_bytes")).isEqualTo(before);
  }

  private static long kept(String meter) {
    return client
        .get("/metrics")
        .text()
        .lines()
        .filter(l -> l.startsWith(meter + " "))
        .mapToLong(l -> (long) Double.parseDouble(l.substring(meter.length() + 1)))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void namesOfUploadsAreNoPaths() {
    JsonNode results =
        client
            .form(
                "/v1/detect",
                Part.image("../../../etc/passwd", Pictures.good(1)),
                Part.image("C:\\\\parts\\\\x.png", Pictures.good(1)),
                Part.image("<script>alert(1)</script>.png", Pictures.good(1)),
                Part.image("日本 ü.png", Pictures.good(1)))
            .json()
            .path("results");
    assertThat(results.findValuesAsText("image"))
        .containsExactly(
            "etc/passwd",
            "parts/x.png",
            "<script>alert(1)</script>.png".replace("</", "</"),
            "日本 ü.png");
  }

  @Test
  void otherSitesAndNamesAreSentAway() {
    byte[] good = Pictures.good(1);
    isProblem(
        client.image("/v1/detect", good, "Origin", "http://evil.example"),
        403,
        "forbidden_origin",
        "evil.example");
    isProblem(client.image("/v1/detect", good, "Origin", "null"), 403, "forbidden_origin", "null");
    isProblem(
        client.get("/v1/models", "Sec-Fetch-Site", "cross-site"),
        403,
        "forbidden_origin",
        "cross-site");
    String own = server.address().replaceFirst("/$", "");
    assertThat(client.image("/v1/detect", good, "Origin", own).status()).isEqualTo(200);
  }

  @Test
  void everyAnswerTellsBrowsersWhatTheyMayDo() {
    for (String path : List.of("/", "/v1/models", "/v1/nothing", "/assets/app.js")) {
      Answer a = client.get(path);
      assertThat(a.header("Content-Security-Policy"))
          .contains("default-src 'none'")
          .doesNotContain("unsafe")
          .doesNotContain("http");
      assertThat(a.header("X-Content-Type-Options")).isEqualTo("nosniff");
      assertThat(a.header("Server")).isEmpty();
    }
  }

  @Test
  void thePageNamesNoOtherSite() {
    for (String path : server.routes().keySet()) {
      if (path.equals("/") || path.startsWith("/assets/") || path.equals("/docs")) {
        assertThat(client.get(path).text())
            .as(path)
            .doesNotContainPattern("(src|href|import|url\\()[ =(]*[\"']?https?:")
            .doesNotContain("innerHTML");
      }
    }
  }

  @Test
  void aBatchIsScoredAmongItself() throws IOException {
    Map<String, byte[]> images = Pictures.good("good", 0, 9);
    images.put("scratched.png", Pictures.bad(20));
    List<String> ids = client.upload(images);
    Answer begun = client.json("POST", "/v1/batches", Client.map("images", ids));
    assertThat(begun.status()).isEqualTo(202);
    String id = begun.json().path("id").asText();
    assertThat(begun.header("Location")).isEqualTo("/v1/batches/" + id);
    JsonNode done = client.finished(id);
    assertThat(done.path("state").asText()).as(done.toString()).isEqualTo("done");
    assertThat(done.path("found")).hasSize(10);
    double bad = done.path("found").get(9).path("score").asDouble();
    for (int i = 0; i < 9; i++) {
      assertThat(done.path("found").get(i).path("score").asDouble()).isLessThan(bad);
    }
    assertThat(done.path("found").get(9).path("references").path("batch").asBoolean()).isTrue();
    String events = client.get("/v1/batches/" + id + "/events").text();
    assertThat(events).contains("event: progress", "event: result", "event: end");
    assertThat(events.lines().filter(l -> l.equals("event: result"))).hasSize(10);
    // who comes back is told what came since
    long last = events.lines().filter(l -> l.startsWith("id: ")).count() - 1;
    assertThat(
            client
                .get("/v1/batches/" + id + "/events", "Last-Event-ID", String.valueOf(last - 1))
                .text()
                .lines()
                .filter(l -> l.startsWith("event: ")))
        .containsExactly("event: end");
    // an image in use stays
    isProblem(client.delete("/v1/images/" + ids.get(0)), 409, "conflict", "batch");
    assertThat(client.delete("/v1/batches/" + id).status()).isEqualTo(204);
    isProblem(client.get("/v1/batches/" + id), 404, "not_found", "no batch");
    assertThat(client.delete("/v1/images/" + ids.get(0)).status()).isEqualTo(204);
  }

  @Test
  void whatABatchFoundIsJudgedAnewAndExportedWithoutTheNetwork() throws IOException {
    Map<String, byte[]> images = new LinkedHashMap<>();
    images.put("a/good.png", Pictures.good(1));
    images.put("a/=bad.png", Pictures.bad(2));
    images.put("broken.png", "no image".getBytes());
    Answer begun =
        client.form(
            "/v1/batches?batched=false",
            images.entrySet().stream()
                .map(e -> Part.image(e.getKey(), e.getValue()))
                .toArray(Part[]::new));
    String id = begun.json().path("id").asText();
    JsonNode done = client.finished(id);
    Detection expected = library.detect(Pictures.bad(2));
    JsonNode bad = done.path("found").get(1);
    assertThat(bad.path("score").asDouble()).isCloseTo(expected.score(), within(1e-5));
    assertThat(done.path("found").get(2).has("error")).isTrue();
    String result = "/v1/batches/" + id + "/results/1";
    JsonNode lower = client.get(result + "?threshold=0.001").json();
    assertThat(lower.path("anomalous").asBoolean()).isTrue();
    assertThat(lower.path("regions"))
        .hasSize(expected.judged(0.001).regions().size())
        .isNotEqualTo(client.get(result + "?threshold=0.99").json().path("regions"));
    for (String format : List.of("png", "small", "npy")) {
      assertThat(client.get(result + "/map?format=" + format).status()).isEqualTo(200);
    }
    assertThat(client.get(result + "/overlay").status()).isEqualTo(200);
    isProblem(
        client.get("/v1/batches/" + id + "/results/2/map"), 422, "unreadable_image", "not an");
    isProblem(client.get("/v1/batches/" + id + "/results/9"), 404, "not_found", "no result");
    String export = "/v1/batches/" + id + "/export?threshold=0.001&format=";
    assertThat(client.get(export + "csv").text().lines())
        .hasSize(4)
        .anyMatch(l -> l.startsWith("a/good.png,") && l.contains(",true,0.001,"))
        .anyMatch(l -> l.startsWith("broken.png,"));
    assertThat(client.get(export + "json").text().lines()).hasSize(3);
    assertThat(client.get(export + "coco").json().path("images")).hasSize(2);
    List<String> files = new ArrayList<>();
    try (ZipInputStream zip =
        new ZipInputStream(
            new ByteArrayInputStream(client.get(export + "zip").response().body()))) {
      for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
        files.add(e.getName());
      }
    }
    assertThat(files)
        .contains("results.csv", "results.jsonl", "results.coco.json", "maps/a/good.png.map.png")
        .hasSize(7);
  }

  @Test
  void goodPartsTeachAModelThatIsKeptAndTaken() throws IOException {
    Part[] good =
        Pictures.good("good", 30, 36).entrySet().stream()
            .map(e -> Part.image(e.getKey(), e.getValue()))
            .toArray(Part[]::new);
    Answer taught = client.form("/v1/models/washer/normal", good);
    assertThat(taught.status()).isEqualTo(201);
    assertThat(taught.json().path("references").asInt()).isEqualTo(6);
    assertThat(taught.json().path("scores")).hasSize(6);
    JsonNode bad = client.image("/v1/detect?model=washer", Pictures.bad(50)).json();
    assertThat(bad.path("anomalous").asBoolean()).isTrue();
    assertThat(bad.path("references").path("count").asInt()).isEqualTo(6);
    // the file answers as the server does
    Path file = kept.resolve("taken.part");
    Files.write(file, client.get("/v1/models/washer/file?format=adapter").response().body());
    Path named = file.resolveSibling("other.safetensors.tmp");
    Files.move(file, named);
    try (Detector d = Detector.load(copied(named).toString())) {
      assertThat(d.detect(Pictures.bad(50)).score())
          .isCloseTo(bad.path("score").asDouble(), within(1e-5));
    }
    assertThat(client.get("/v1/models/washer/file?format=onnx").text()).startsWith("onnx of");
    assertThat(ReferenceFile.is(kept.resolve("washer.safetensors"))).isTrue();
    // more, and fewer again
    assertThat(
            client
                .form("/v1/models/washer/normal", Part.image("more.png", Pictures.good(60)))
                .json()
                .path("references")
                .asInt())
        .isEqualTo(7);
    assertThat(
            client
                .form(
                    "/v1/models/washer/normal?action=remove",
                    Part.image("more.png", Pictures.good(60)))
                .json()
                .path("references")
                .asInt())
        .isEqualTo(6);
    assertThat(client.image("/v1/detect?model=washer", Pictures.bad(50)).json().path("score"))
        .isEqualTo(bad.path("score"));
    // another server finds it, with the threshold that was chosen
    client.json("PATCH", "/v1/models/washer", Client.map("threshold", 0.9));
    try (DetectionServer next =
        DetectionServer.builder(
                ServerSettings.defaults().withPort(0).withModels(kept), List.of(STARTER))
            .start()) {
      JsonNode again = new Client(next).image("/v1/detect?model=washer", Pictures.bad(50)).json();
      assertThat(again.path("score").asDouble())
          .isCloseTo(bad.path("score").asDouble(), within(1e-5));
      assertThat(again.path("threshold").asDouble()).isEqualTo(0.9);
    }
    isProblem(client.form("/v1/models/starter/normal", good), 409, "conflict", "another name");
    isProblem(client.form("/v1/models/washer/normal?base=other", good), 409, "conflict", "starter");
    isProblem(client.form("/v1/models/..%2fx/normal", good), 400, "invalid_request", "");
    isProblem(client.delete("/v1/models/starter"), 409, "conflict", "started with");
    assertThat(client.delete("/v1/models/washer").status()).isEqualTo(204);
    assertThat(kept.resolve("washer.safetensors")).doesNotExist();
    isProblem(client.get("/v1/models/washer"), 404, "not_found", "washer");
  }

  private static Path copied(Path from) throws IOException {
    Path to = Files.createTempDirectory(spare, "").resolve("taken.safetensors");
    Files.copy(from, to);
    return to;
  }

  @Test
  void aThresholdFollowsFromGoodImages() {
    Part[] good =
        Pictures.good("good", 0, 12).entrySet().stream()
            .map(e -> new Part("normal", e.getKey(), e.getValue()))
            .toArray(Part[]::new);
    JsonNode found = client.form("/v1/calibrate?target_fpr=0.1", good).json();
    assertThat(found.path("applied").asBoolean()).isFalse();
    assertThat(found.path("facts").path("normal_images").asInt()).isEqualTo(12);
    double highest = 0;
    for (int i = 0; i < 12; i++) {
      highest = Math.max(highest, library.detect(Pictures.good(i)).score());
    }
    assertThat(found.path("threshold").asDouble()).isCloseTo(highest, within(1e-5));
    Part[] labelled = {
      new Part("normal", "a.png", Pictures.good(1)), new Part("anomalous", "b.png", Pictures.bad(1))
    };
    assertThat(client.form("/v1/calibrate", labelled).json().path("facts").path("f1").asDouble())
        .isPositive();
    isProblem(
        client.form("/v1/calibrate", Part.image("a.png", Pictures.good(1))),
        422,
        "unusable",
        "at least 10");
  }

  @Test
  void anIgnoredRegionHasNoPartInTheResult() {
    List<String> ids = client.upload(Map.of("bad.png", Pictures.bad(3)));
    Map<String, Object> all =
        Client.map(
            "width",
            160,
            "height",
            120,
            "polygons",
            List.of(List.of(List.of(30, 20), List.of(120, 20), List.of(120, 75), List.of(30, 75))));
    JsonNode with = client.json("POST", "/v1/detect", Client.map("images", ids)).json();
    JsonNode without =
        client.json("POST", "/v1/detect", Client.map("images", ids, "ignore", all)).json();
    assertThat(without.path("results").get(0).path("local_score").asDouble())
        .isLessThan(with.path("results").get(0).path("local_score").asDouble());
    isProblem(
        client.json(
            "POST",
            "/v1/detect",
            Client.map(
                "images",
                ids,
                "ignore",
                Client.map(
                    "width", 160, "height", 120, "polygons", List.of(List.of(List.of(1, 1)))))),
        400,
        "invalid_request",
        "three points");
    JsonNode masked =
        client
            .form(
                "/v1/detect",
                Part.image("bad.png", Pictures.bad(3)),
                new Part("ignore", "mask.png", Pictures.mask(30, 20, 90, 55)))
            .json();
    assertThat(masked.path("results").get(0).path("score").asDouble())
        .isCloseTo(without.path("results").get(0).path("score").asDouble(), within(0.02));
    isProblem(
        client.form(
            "/v1/detect",
            Part.image("bad.png", Pictures.bad(3)),
            new Part("mask", "mask.png", "no picture".getBytes())),
        422,
        "unreadable_image",
        "mask.png");
    JsonNode other =
        client
            .json(
                "POST",
                "/v1/detect",
                Client.map(
                    "images",
                    ids,
                    "ignore",
                    Client.map(
                        "width",
                        100,
                        "height",
                        100,
                        "polygons",
                        List.of(List.of(List.of(1, 1), List.of(9, 1), List.of(9, 9))))))
            .json();
    assertThat(other.path("results").get(0).path("error").asText()).contains("same shape");
  }

  @Test
  void eachPageOfATiffIsAnImage() {
    byte[] tiff = tiff(3);
    JsonNode all = client.image("/v1/detect?name=scan.tif", tiff).json().path("results");
    assertThat(all.findValuesAsText("image"))
        .containsExactly("scan.tif[1]", "scan.tif[2]", "scan.tif[3]");
    assertThat(all.get(1).path("page").asInt()).isEqualTo(2);
    assertThat(all.get(0).path("score")).isNotEqualTo(all.get(1).path("score"));
    JsonNode first = client.image("/v1/detect?name=scan.tif&pages=first", tiff).json();
    assertThat(first.path("image").asText()).isEqualTo("scan.tif");
    assertThat(first.path("score")).isEqualTo(all.get(0).path("score"));
    String id = client.form("/v1/batches", Part.image("scan.tif", tiff)).json().path("id").asText();
    assertThat(client.finished(id).path("found").findValuesAsText("image")).hasSize(3);
    assertThat(client.get("/v1/batches/" + id + "/results/2/overlay").status()).isEqualTo(200);
    isProblem(client.image("/v1/detect", tiff(50)), 413, "too_large", "50 pages");
  }

  private static byte[] tiff(int pages) {
    List<TiffWriter.Page> all = new ArrayList<>();
    for (int p = 0; p < pages; p++) {
      int[] numbers = new int[40 * 30];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = (i * (p + 3) + i / 40 * 7) % 256;
      }
      all.add(new TiffWriter.Page(40, 30, numbers));
    }
    return new TiffWriter(8, 1, 1, false, java.nio.ByteOrder.LITTLE_ENDIAN, 1, 1).write(all);
  }

  @Test
  void modelsSayWhatTheyAre() {
    JsonNode list = client.get("/v1/models").json();
    assertThat(list.path("default").asText()).isEqualTo("starter");
    JsonNode one = client.get("/v1/models/starter").json();
    assertThat(one.path("head_weights").isArray()).isTrue();
    assertThat(one.path("provenance").isMissingNode()).isFalse();
    assertThat(one.path("threshold").asDouble()).isEqualTo(library.threshold());
  }

  @Test
  void figuresAreThereForPrometheus() {
    client.image("/v1/detect", Pictures.good(1));
    assertThat(client.get("/metrics").text())
        .contains("headclip_images_total{verdict=", "headclip_queue_images 0.0")
        .containsPattern("headclip_request_seconds_count\\{.*route=\"/v1/detect\".*} ");
    assertThat(client.get("/healthz").status()).isEqualTo(200);
    assertThat(client.get("/readyz").status()).isEqualTo(200);
    assertThat(client.get("/v1/info").json().path("limits").path("queue").asInt()).isEqualTo(32);
    assertThat(client.get("/v1/watch").json().path("watching").asBoolean()).isFalse();
    isProblem(client.get("/v1/watch/events"), 404, "not_found", "no folder");
  }
}
