package dev.headclip.app;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headclip.HeadClipException;
import dev.headclip.metrics.Protocol;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Values of a plan, each of its type and range or refused by name.
 *
 * @param file for messages
 */
record PlanFields(String file) {
  private HeadClipException wrong(String name, JsonNode found, String expected) {
    return new HeadClipException(
        "%s: %s has %s, expected %s".formatted(file, name, found, expected));
  }

  /** The values of a list; none where it is absent. */
  List<JsonNode> list(JsonNode object, String name) {
    JsonNode n = object.path(name);
    if (!n.isMissingNode() && !n.isArray()) {
      throw wrong(name, n, "a list");
    }
    List<JsonNode> all = new ArrayList<>();
    n.forEach(all::add);
    return all;
  }

  long whole(String name, JsonNode n, long least, long most) {
    if (!n.isIntegralNumber() || !n.canConvertToLong() || n.asLong() < least || n.asLong() > most) {
      throw wrong(
          name,
          n,
          most == Long.MAX_VALUE
              ? "an integer from %d on".formatted(least)
              : "an integer from %d to %d".formatted(least, most));
    }
    return n.asLong();
  }

  double share(String name, JsonNode n) {
    if (!n.isNumber() || !(n.asDouble() >= 0 && n.asDouble() <= 1)) {
      throw wrong(name, n, "a number from 0 to 1");
    }
    return n.asDouble();
  }

  String text(String name, JsonNode n) {
    if (!n.isTextual()) {
      throw wrong(name, n, "a text");
    }
    return n.asText();
  }

  Protocol protocol(JsonNode n) {
    if (n.isMissingNode()) {
      return Protocol.PAPER;
    }
    return Arrays.stream(Protocol.values())
        .filter(p -> p.key().equalsIgnoreCase(n.asText()))
        .findFirst()
        .orElseThrow(() -> wrong("protocol", n, "exact or paper"));
  }
}
