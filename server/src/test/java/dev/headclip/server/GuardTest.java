package dev.headclip.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headclip.HeadClipException;
import dev.headclip.detect.Detector;
import dev.headclip.server.Client.Answer;
import dev.headclip.server.settings.Limits;
import dev.headclip.server.settings.ModelSource;
import dev.headclip.server.settings.ServerSettings;
import dev.headclip.server.settings.Tls;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may ask, and from where. */
class GuardTest {
  private static final String TOKEN = "0123456789abcdef-secret";
  private static final List<ModelSource> STARTER =
      List.of(new ModelSource("starter", () -> Detector.builder("starter"), Optional.empty()));

  @TempDir private Path dir;

  private static ServerSettings at(String host, Optional<String> token, boolean insecure) {
    return new ServerSettings(
        host, 0, token, insecure, List.of(), Optional.empty(), Optional.empty(), Limits.defaults());
  }

  @Test
  void anAddressThatOthersReachNeedsATokenOrTheWord() {
    for (String host : List.of("0.0.0.0", "::", "192.0.2.1")) {
      assertThatThrownBy(() -> at(host, Optional.empty(), false))
          .isInstanceOf(HeadClipException.class)
          .hasMessageContaining("--token")
          .hasMessageContaining("--insecure");
      at(host, Optional.of(TOKEN), false);
      at(host, Optional.empty(), true);
    }
    at("127.0.0.1", Optional.empty(), false);
    at("::1", Optional.empty(), false);
    assertThatThrownBy(() -> at("127.0.0.1", Optional.of("short"), false))
        .hasMessageContaining("at least 16");
  }

  @Test
  void nothingIsAnsweredWithoutTheToken() {
    try (DetectionServer s =
        DetectionServer.builder(ServerSettings.defaults().withPort(0).withToken(TOKEN), STARTER)
            .start()) {
      Client client = new Client(s);
      for (String path : s.routes().keySet()) {
        boolean open =
            path.startsWith("/assets/")
                || List.of("/", "/docs", "/openapi.json", "/healthz", "/readyz", "/favicon.ico")
                    .contains(path)
                || path.equals("/v1/session");
        for (String method : s.routes().get(path)) {
          String real = path.replaceAll("\\{[a-z]+}", "0");
          Answer a = client.ask(method.toUpperCase(), real, "", new byte[0]);
          if (open) {
            assertThat(a.status()).as(path).isNotEqualTo(401);
          } else {
            assertThat(a.status()).as("%s %s", method, path).isEqualTo(401);
            assertThat(a.header("WWW-Authenticate")).isEqualTo("Bearer");
          }
        }
      }
      String bearer = "Bearer " + TOKEN;
      assertThat(client.get("/v1/models", "Authorization", bearer).status()).isEqualTo(200);
      assertThat(client.get("/v1/models", "Authorization", bearer + "x").status()).isEqualTo(401);
      // the page shows it once
      assertThat(client.json("POST", "/v1/session", Client.map("token", "another one")).status())
          .isEqualTo(401);
      Answer in = client.json("POST", "/v1/session", Client.map("token", TOKEN));
      assertThat(in.header("Set-Cookie"))
          .contains("HttpOnly", "SameSite=Strict")
          .doesNotContain(TOKEN);
      String cookie = in.header("Set-Cookie").replaceFirst(";.*", "");
      assertThat(client.get("/v1/models", "Cookie", cookie).status()).isEqualTo(200);
      client.ask("DELETE", "/v1/session", "", new byte[0], "Cookie", cookie);
      assertThat(client.get("/v1/models", "Cookie", cookie).status()).isEqualTo(401);
    }
  }

  @Test
  void anotherNameInTheHostHeaderIsRefused() throws IOException {
    try (DetectionServer s =
        DetectionServer.builder(
                new ServerSettings(
                    "127.0.0.1",
                    0,
                    Optional.empty(),
                    false,
                    List.of("line-3.example"),
                    Optional.empty(),
                    Optional.empty(),
                    Limits.defaults()),
                STARTER)
            .start()) {
      assertThat(status(s, "evil.example")).isEqualTo(421);
      assertThat(status(s, "127.0.0.1.evil.example")).isEqualTo(421);
      assertThat(status(s, "localhost")).isEqualTo(200);
      assertThat(status(s, "LOCALHOST:8080")).isEqualTo(200);
      assertThat(status(s, "127.0.0.1:1")).isEqualTo(200);
      assertThat(status(s, "[::1]:1")).isEqualTo(200);
      assertThat(status(s, "line-3.example")).isEqualTo(200);
    }
  }

  private static int status(DetectionServer s, String host) throws IOException {
    URI at = URI.create(s.address());
    try (Socket line = new Socket(at.getHost(), at.getPort())) {
      line.getOutputStream()
          .write(
              "GET /v1/models HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
                  .formatted(host)
                  .getBytes(StandardCharsets.US_ASCII));
      String head = new String(line.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
      return Integer.parseInt(head.substring(9));
    }
  }

  @Test
  void aPortThatIsTakenIsSaid() throws IOException {
    try (ServerSocket taken = new ServerSocket(0)) {
      assertThatThrownBy(
              () ->
                  DetectionServer.builder(
                          ServerSettings.defaults().withPort(taken.getLocalPort()), STARTER)
                      .start())
          .isInstanceOf(HeadClipException.class)
          .hasMessageContaining("cannot listen")
          .hasMessageContaining("--port");
    }
  }

  @Test
  void aCertificateMakesItHttps() throws Exception {
    Path store = dir.resolve("store.p12");
    Process made =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "a",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-storepass",
                "secret1",
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .start();
    assertThat(made.waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, "secret1".toCharArray());
    }
    Path cert = dir.resolve("cert.pem");
    Path key = dir.resolve("key.pem");
    Files.writeString(cert, pem("CERTIFICATE", keys.getCertificate("a").getEncoded()));
    Files.writeString(
        key, pem("PRIVATE KEY", keys.getKey("a", "secret1".toCharArray()).getEncoded()));
    ServerSettings https =
        new ServerSettings(
            "127.0.0.1",
            0,
            Optional.empty(),
            false,
            List.of(),
            Optional.of(new Tls(cert, key)),
            Optional.empty(),
            Limits.defaults());
    try (DetectionServer s = DetectionServer.builder(https, STARTER).start()) {
      assertThat(s.address()).startsWith("https://");
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(keys);
      SSLContext tls = SSLContext.getInstance("TLS");
      KeyStore known = KeyStore.getInstance("PKCS12");
      known.load(null, null);
      known.setCertificateEntry("a", keys.getCertificate("a"));
      trust.init(known);
      tls.init(null, trust.getTrustManagers(), null);
      HttpResponse<String> r =
          HttpClient.newBuilder()
              .sslContext(tls)
              .build()
              .send(
                  HttpRequest.newBuilder(URI.create(s.address() + "v1/detect"))
                      .header("Content-Type", "image/png")
                      .POST(HttpRequest.BodyPublishers.ofByteArray(Pictures.good(1)))
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(r.statusCode()).isEqualTo(200);
    }
    Files.writeString(key, "-----BEGIN EC PRIVATE KEY-----\nabc\n-----END EC PRIVATE KEY-----");
    assertThatThrownBy(() -> DetectionServer.builder(https, STARTER).start())
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining("openssl pkcs8");
    Files.writeString(cert, "nothing");
    assertThatThrownBy(() -> DetectionServer.builder(https, STARTER).start())
        .isInstanceOf(HeadClipException.class)
        .hasMessageContaining("cert.pem");
  }

  private static String pem(String what, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(what, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der), what);
  }
}
