package dev.headclip.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Asks a server; each answer must be one that openapi.json describes. */
final class Client {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String BOUNDARY = "----headclip-test";

  private final URI base;
  private final HttpClient http = HttpClient.newHttpClient();
  private final OpenApi described = new OpenApi();

  Client(DetectionServer server) {
    this.base = URI.create(server.address());
  }

  /** An answer. */
  record Answer(HttpResponse<byte[]> response) {
    int status() {
      return response.statusCode();
    }

    String text() {
      return new String(response.body(), StandardCharsets.UTF_8);
    }

    JsonNode json() {
      try {
        return JSON.readTree(response.body());
      } catch (IOException e) {
        throw new AssertionError(text(), e);
      }
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }
  }

  /** A file in a form. */
  record Part(String name, String file, byte[] content) {
    static Part image(String file, byte[] content) {
      return new Part("file", file, content);
    }
  }

  Answer ask(String method, String path, String type, byte[] body, String... headers) {
    HttpRequest.Builder r =
        HttpRequest.newBuilder(base.resolve(path))
            .method(
                method,
                body.length == 0 && type.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(body));
    if (!type.isEmpty()) {
      r.header("Content-Type", type);
    }
    for (int i = 0; i < headers.length; i += 2) {
      r.header(headers[i], headers[i + 1]);
    }
    try {
      Answer a = new Answer(http.send(r.build(), HttpResponse.BodyHandlers.ofByteArray()));
      described.check(method, path.replaceFirst("\\?.*", ""), a.response());
      return a;
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  Answer get(String path, String... headers) {
    return ask("GET", path, "", new byte[0], headers);
  }

  Answer delete(String path) {
    return ask("DELETE", path, "", new byte[0]);
  }

  Answer json(String method, String path, Object body) {
    try {
      return ask(method, path, "application/json", JSON.writeValueAsBytes(body));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  Answer image(String path, byte[] image, String... headers) {
    return ask("POST", path, "image/png", image, headers);
  }

  Answer form(String path, Part... parts) {
    return ask("POST", path, "multipart/form-data; boundary=" + BOUNDARY, body(parts));
  }

  static byte[] body(Part... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Part p : parts) {
      out.writeBytes(
          "--%s\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%s\"\r\n\r\n"
              .formatted(BOUNDARY, p.name(), p.file())
              .getBytes(StandardCharsets.UTF_8));
      out.writeBytes(p.content());
      out.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
    }
    out.writeBytes("--%s--\r\n".formatted(BOUNDARY).getBytes(StandardCharsets.UTF_8));
    return out.toByteArray();
  }

  /** Uploads images; their ids. */
  java.util.List<String> upload(Map<String, byte[]> images) {
    Part[] parts =
        images.entrySet().stream()
            .map(e -> Part.image(e.getKey(), e.getValue()))
            .toArray(Part[]::new);
    java.util.List<String> ids = new java.util.ArrayList<>();
    form("/v1/images", parts).json().path("images").forEach(i -> ids.add(i.path("id").asText()));
    return ids;
  }

  /** Waits for a batch; its last state with all that was found. */
  JsonNode finished(String id) {
    // events end when the batch does
    get("/v1/batches/" + id + "/events");
    return get("/v1/batches/" + id).json();
  }

  static Map<String, Object> map(Object... pairs) {
    Map<String, Object> m = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      m.put((String) pairs[i], pairs[i + 1]);
    }
    return m;
  }
}
