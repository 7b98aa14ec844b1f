package dev.headclip.server.internal.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;

/** JSON in requests and answers. */
public final class Json {
  private static final int LONGEST = 4 << 20;
  private static final ObjectMapper MAPPER = mapper();

  private Json() {}

  private static ObjectMapper mapper() {
    ObjectMapper m = new ObjectMapper();
    m.getFactory()
        .setStreamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(32).build());
    return m.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  }

  /** An empty object. */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** Any plain value. */
  public static JsonNode tree(Object value) {
    return MAPPER.valueToTree(value);
  }

  /**
   * The request's object.
   *
   * @param known fields that it may have
   */
  public static JsonNode body(Context c, Set<String> known) {
    String type = String.valueOf(c.contentType());
    if (!type.startsWith("application/json")) {
      throw new Problem(
          Problem.Kind.UNSUPPORTED_MEDIA_TYPE,
          "content type '%s', expected application/json, or images where they are taken"
              .formatted(c.contentType() == null ? "" : type));
    }
    JsonNode found;
    try {
      byte[] bytes = c.req().getInputStream().readNBytes(LONGEST + 1);
      if (bytes.length > LONGEST) {
        throw new Problem(Problem.Kind.TOO_LARGE, "JSON of more than %d bytes".formatted(LONGEST));
      }
      found = MAPPER.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw new Problem(
          Problem.Kind.INVALID_REQUEST, "no JSON (%s)".formatted(e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new Problem(Problem.Kind.INVALID_REQUEST, "the body is cut off", e);
    }
    if (!found.isObject()) {
      throw Problem.invalid("expected a JSON object");
    }
    found
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!known.contains(name)) {
                throw Problem.invalid(
                    "field '%s' is not known, expected %s"
                        .formatted(name, String.join(", ", new TreeSet<>(known))));
              }
            });
    return found;
  }

  /** Answers. */
  public static void answer(Context c, int status, JsonNode body) {
    c.status(status).contentType("application/json").result(body.toString());
  }

  /** Answers that all went well. */
  public static void answer(Context c, JsonNode body) {
    answer(c, 200, body);
  }
}
