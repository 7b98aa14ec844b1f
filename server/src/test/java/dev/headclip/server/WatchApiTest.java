package dev.headclip.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headclip.detect.Detector;
import dev.headclip.server.Client.Part;
import dev.headclip.server.settings.ModelSource;
import dev.headclip.server.settings.ServerSettings;
import dev.headclip.watch.HotFolder;
import dev.headclip.watch.ResultFiles;
import dev.headclip.watch.WatchSettings;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A watched folder over HTTP. */
@Timeout(60)
class WatchApiTest {
  @TempDir private Path dir;

  @Test
  void whatArrivesIsToldShownAndJudgedByTheModelThatIsChosen() throws Exception {
    Path in = Files.createDirectory(dir.resolve("camera"));
    WatchSettings watch = WatchSettings.of(in, dir.resolve("out"), WatchSettings.Sort.move);
    ModelSource starter =
        new ModelSource("starter", () -> Detector.builder("starter"), Optional.empty());
    try (DetectionServer server =
        DetectionServer.builder(ServerSettings.defaults().withPort(0), List.of(starter))
            .watch(watch, ResultFiles.none())
            .start()) {
      Client client = new Client(server);
      HttpResponse<Stream<String>> events =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create(server.address() + "v1/watch/events")).build(),
                  HttpResponse.BodyHandlers.ofLines());
      Files.write(in.resolve("a.png"), Pictures.bad(1));
      assertThat(events.body().filter(l -> l.startsWith("data:")).findFirst().orElseThrow())
          .contains("\"image\":\"a.png\"");
      JsonNode now = client.get("/v1/watch").json();
      assertThat(now.path("folder").asText()).isEqualTo("camera");
      assertThat(now.path("model").asText()).isEqualTo("starter");
      assertThat(now.path("recent")).hasSize(1);
      // where the image lies by now
      String result = "/v1/watch/results/" + now.path("recent").get(0).path("number").asText();
      assertThat(client.get(result + "/view?side=64").status()).isEqualTo(200);
      assertThat(client.get(result + "/map").status()).isEqualTo(200);
      assertThat(client.get("/v1/watch/results/7/map").status()).isEqualTo(404);
      client.form(
          "/v1/models/washer/normal",
          Part.image("1.png", Pictures.good(1)),
          Part.image("2.png", Pictures.good(2)));
      assertThat(client.json("PATCH", "/v1/watch", Client.map("model", "none")).status())
          .isEqualTo(404);
      assertThat(
              client
                  .json("PATCH", "/v1/watch", Client.map("model", "washer"))
                  .json()
                  .path("model")
                  .asText())
          .isEqualTo("washer");
      Files.write(in.resolve("b.png"), Pictures.bad(2));
      Path results = dir.resolve("out").resolve(HotFolder.RESULTS);
      while (Files.readAllLines(results).size() < 2) {
        Thread.sleep(20);
      }
      assertThat(Files.readAllLines(results).get(1))
          .contains("\"model\":\"washer\"", "\"count\":2");
      // a model that is gone judges nothing
      client.delete("/v1/models/washer");
      assertThat(client.get("/v1/watch").json().path("model").asText()).isEqualTo("starter");
    }
  }
}
