package dev.headclip.backbone;

import com.fasterxml.jackson.databind.JsonNode;

/** Fields of a JSON object, each of its type or refused by name. */
final class Fields {
  private Fields() {}

  private static boolean absent(JsonNode n) {
    return n.isMissingNode() || n.isNull();
  }

  private static IllegalArgumentException wrong(String name, JsonNode found, String expected) {
    return new IllegalArgumentException("%s is %s, expected %s".formatted(name, found, expected));
  }

  static int integer(JsonNode object, String name, int otherwise) {
    JsonNode n = object.path(name);
    if (absent(n)) {
      return otherwise;
    }
    if (!n.canConvertToInt() || !n.isIntegralNumber()) {
      throw wrong(name, n, "an integer");
    }
    return n.asInt();
  }

  static double number(JsonNode object, String name, double otherwise) {
    JsonNode n = object.path(name);
    if (absent(n)) {
      return otherwise;
    }
    if (!n.isNumber()) {
      throw wrong(name, n, "a number");
    }
    return n.asDouble();
  }

  static boolean truth(JsonNode object, String name, boolean otherwise) {
    JsonNode n = object.path(name);
    if (absent(n)) {
      return otherwise;
    }
    if (!n.isBoolean()) {
      throw wrong(name, n, "true or false");
    }
    return n.asBoolean();
  }

  static String text(JsonNode object, String name, String otherwise) {
    JsonNode n = object.path(name);
    if (absent(n)) {
      return otherwise;
    }
    if (!n.isTextual()) {
      throw wrong(name, n, "a text");
    }
    return n.asText();
  }

  /** An object inside, or an empty one. */
  static JsonNode object(JsonNode object, String name) {
    JsonNode n = object.path(name);
    if (!absent(n) && !n.isObject()) {
      throw wrong(name, n, "an object");
    }
    return n;
  }
}
