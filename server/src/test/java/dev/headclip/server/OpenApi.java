package dev.headclip.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** The description as the server gives it, for comparing answers with. */
final class OpenApi {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

  private final JsonNode root;

  OpenApi() {
    try (InputStream in = OpenApi.class.getResourceAsStream("/headclip/web/openapi.json")) {
      root = JSON.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  JsonNode root() {
    return root;
  }

  /** Methods by path. */
  Map<String, List<String>> routes() {
    Map<String, List<String>> all = new TreeMap<>();
    root.path("paths")
        .fields()
        .forEachRemaining(
            e -> {
              TreeSet<String> methods = new TreeSet<>();
              e.getValue().fieldNames().forEachRemaining(methods::add);
              all.put(e.getKey(), List.copyOf(methods));
            });
    return all;
  }

  /** The answer must be among those described: status, type, and JSON by its schema. */
  void check(String method, String path, HttpResponse<byte[]> r) {
    Optional<JsonNode> operation = operation(method, path);
    if (path.startsWith("/assets/") || path.equals("/favicon.ico")) {
      // parts of the page
      return;
    }
    if (operation.isEmpty()) {
      assertThat(r.statusCode()).as("%s %s", method, path).isIn(404, 405, 403, 421, 401);
      return;
    }
    JsonNode responses = operation.get().path("responses");
    String status = String.valueOf(r.statusCode());
    assertThat(responses.has(status) || r.statusCode() >= 500)
        .as("%s %s answers %s, which is not described", method, path, status)
        .isTrue();
    JsonNode response = resolved(responses.path(responses.has(status) ? status : "default"));
    String type = r.headers().firstValue("Content-Type").orElse("").replaceFirst(";.*", "");
    JsonNode content = response.path("content");
    if (content.isMissingNode()) {
      assertThat(r.body()).as("%s %s %s", method, path, status).isEmpty();
      return;
    }
    assertThat(content.has(type))
        .as("%s %s %s is of type '%s', which is not described", method, path, status, type)
        .isTrue();
    if (type.endsWith("json") && !type.endsWith("ndjson")) {
      assertThat(errors(content.path(type).path("schema"), r.body()))
          .as("%s %s %s", method, path, status)
          .isEmpty();
    }
  }

  private JsonNode resolved(JsonNode n) {
    String ref = n.path("$ref").asText("");
    return ref.isEmpty() ? n : root.at(ref.substring(1));
  }

  private List<String> errors(JsonNode schema, byte[] body) {
    ObjectNode whole = schema.deepCopy();
    whole.set("components", root.path("components"));
    Schema s = REGISTRY.getSchema(whole);
    List<String> all = new ArrayList<>();
    try {
      JsonNode found = JSON.readTree(body);
      s.validate(found).forEach(e -> all.add(e + " in " + "%.300s".formatted(found)));
    } catch (IOException e) {
      all.add("no JSON");
    }
    return all;
  }

  private Optional<JsonNode> operation(String method, String path) {
    return routes().keySet().stream()
        .filter(p -> path.matches(p.replaceAll("\\{[a-z]+}", "[^/]+")))
        // /v1/watch is no {name}
        .sorted(java.util.Comparator.comparingInt(p -> p.contains("{") ? 1 : 0))
        .map(p -> root.path("paths").path(p).path(method.toLowerCase(java.util.Locale.ROOT)))
        .filter(n -> !n.isMissingNode())
        .findFirst();
  }
}
