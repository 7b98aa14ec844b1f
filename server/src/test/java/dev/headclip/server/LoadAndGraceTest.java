package dev.headclip.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headclip.detect.Detector;
import dev.headclip.server.Client.Answer;
import dev.headclip.server.Client.Part;
import dev.headclip.server.settings.Limits;
import dev.headclip.server.settings.ModelSource;
import dev.headclip.server.settings.ServerSettings;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** More than a server takes, askers that leave, and the end. */
class LoadAndGraceTest {
  private static DetectionServer server(int queue, Duration deadline) {
    Limits d = Limits.defaults();
    Limits limits =
        new Limits(
            queue,
            d.imageBytes(),
            d.requestBytes(),
            d.requestImages(),
            d.maxPixels(),
            d.storeBytes(),
            d.models(),
            deadline,
            d.idle(),
            d.grace());
    ModelSource starter =
        new ModelSource("starter", () -> Detector.builder("starter"), Optional.empty());
    return DetectionServer.builder(
            ServerSettings.defaults().withPort(0).withLimits(limits), List.of(starter))
        .start();
  }

  private static Part[] images(int n) {
    return Pictures.good("g", 0, n).entrySet().stream()
        .map(e -> Part.image(e.getKey(), e.getValue()))
        .toArray(Part[]::new);
  }

  private static double figure(Client client, String meter) {
    return client
        .get("/metrics")
        .text()
        .lines()
        .filter(l -> l.startsWith(meter))
        .mapToDouble(l -> Double.parseDouble(l.substring(l.lastIndexOf(' ') + 1)))
        .sum();
  }

  @Test
  void whatDoesNotFitIsSentAwayAndNothingElse() throws Exception {
    try (DetectionServer s = server(4, Duration.ofSeconds(60))) {
      Client client = new Client(s);
      byte[] image = Pictures.good(1);
      ExecutorService many = Executors.newFixedThreadPool(16);
      List<Future<Answer>> asked = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        asked.add(many.submit(() -> client.image("/v1/detect", image)));
      }
      int full = 0;
      int done = 0;
      for (Future<Answer> f : asked) {
        Answer a = f.get();
        assertThat(a.status()).isIn(200, 503);
        if (a.status() == 503) {
          full++;
          assertThat(a.json().path("code").asText()).isEqualTo("queue_full");
          assertThat(a.header("Retry-After")).isEqualTo("1");
        } else {
          done++;
        }
      }
      many.shutdown();
      assertThat(full).isPositive();
      assertThat(done).isPositive();
      assertThat(figure(client, "headclip_images_total")).isEqualTo(done);
      assertThat(figure(client, "headclip_queue_images ")).isZero();
      assertThat(client.image("/v1/detect", image).status()).isEqualTo(200);
    }
  }

  @Test
  void aDeadlineEndsARequestAndFreesItsPlaces() {
    try (DetectionServer s = server(64, Duration.ofMillis(1))) {
      Client client = new Client(s);
      Answer a = client.form("/v1/detect", images(60));
      assertThat(a.status()).isEqualTo(504);
      assertThat(a.json().path("code").asText()).isEqualTo("deadline");
      awaitEmpty(client);
    }
  }

  private static void awaitEmpty(Client client) {
    for (int i = 0; i < 200 && figure(client, "headclip_queue_images ") > 0; i++) {
      pause(50);
    }
    assertThat(figure(client, "headclip_queue_images ")).isZero();
    assertThat(figure(client, "headclip_store_bytes ")).isZero();
  }

  private static void pause(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whoLeavesCostsNoFurtherWork() throws Exception {
    try (DetectionServer s = server(200, Duration.ofSeconds(60))) {
      Client client = new Client(s);
      client.image("/v1/detect", Pictures.good(1));
      byte[] body = Client.body(images(200));
      URI at = URI.create(s.address());
      try (Socket line = new Socket(at.getHost(), at.getPort())) {
        OutputStream out = line.getOutputStream();
        out.write(
            """
            POST /v1/detect HTTP/1.1\r
            Host: localhost\r
            Content-Type: multipart/form-data; boundary=----headclip-test\r
            Content-Length: %d\r
            \r
            """
                .formatted(body.length)
                .getBytes(StandardCharsets.US_ASCII));
        out.write(body);
        out.flush();
        for (int i = 0; i < 400 && figure(client, "headclip_queue_images ") == 0; i++) {
          pause(5);
        }
      }
      awaitEmpty(client);
      assertThat(figure(client, "headclip_image_seconds_count")).isLessThan(150);
    }
  }

  @Test
  void whatWasAcceptedIsFinishedWhenTheServerStops() throws Exception {
    DetectionServer s = server(64, Duration.ofSeconds(60));
    Client client = new Client(s);
    ExecutorService one = Executors.newSingleThreadExecutor();
    Future<Answer> asked = one.submit(() -> client.form("/v1/detect", images(60)));
    for (int i = 0; i < 400 && figure(client, "headclip_queue_images ") == 0; i++) {
      pause(5);
    }
    s.close();
    Answer a = asked.get(30, TimeUnit.SECONDS);
    assertThat(a.status()).as(a.text()).isEqualTo(200);
    JsonNode results = a.json().path("results");
    assertThat(results).hasSize(60).allMatch(r -> r.has("score"));
    one.shutdown();
  }
}
