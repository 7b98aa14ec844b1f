package dev.headclip.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How values of one type are written and read. What cannot be read is null: the caller says so. */
interface Codec {
  JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** The value, or null. */
  Object fromJson(JsonNode node);

  JsonNode toJson(Object value);

  /** As on a command line; null where it is no such value. */
  Object fromText(String text);

  /** "a number" and the like. */
  String expected();

  /** What stands for a value in help. */
  String label();

  /** The number that a range is about; NaN where there is none. */
  default double number(Object value) {
    return value instanceof Number n ? n.doubleValue() : Double.NaN;
  }

  /** A codec for a component's type; null where there is none. */
  static Codec of(Class<?> type) {
    if (type == int.class || type == Integer.class) {
      return new Whole(true);
    }
    if (type == long.class || type == Long.class) {
      return new Whole(false);
    }
    if (type == double.class || type == Double.class) {
      return new Real();
    }
    if (type == boolean.class || type == Boolean.class) {
      return new Flag();
    }
    if (type == String.class) {
      return new Words();
    }
    return type.isEnum() ? new Choice(type) : null;
  }

  /** The text of an enum's constant: lower case. */
  static String text(Enum<?> e) {
    return e.name().toLowerCase(Locale.ROOT);
  }

  /** Integers. */
  record Whole(boolean small) implements Codec {
    @Override
    public Object fromJson(JsonNode n) {
      if (!n.isIntegralNumber() || !(small ? n.canConvertToInt() : n.canConvertToLong())) {
        return null;
      }
      return small ? (Object) n.asInt() : (Object) n.asLong();
    }

    @Override
    public JsonNode toJson(Object v) {
      return small ? JSON.numberNode((int) v) : JSON.numberNode((long) v);
    }

    @Override
    public Object fromText(String text) {
      try {
        return small ? (Object) Integer.valueOf(text) : (Object) Long.valueOf(text);
      } catch (NumberFormatException e) {
        return null;
      }
    }

    @Override
    public String expected() {
      return "an integer";
    }

    @Override
    public String label() {
      return "N";
    }
  }

  /** Numbers. */
  record Real() implements Codec {
    @Override
    public Object fromJson(JsonNode n) {
      return n.isNumber() ? n.asDouble() : null;
    }

    @Override
    public JsonNode toJson(Object v) {
      return JSON.numberNode((double) v);
    }

    @Override
    public Object fromText(String text) {
      try {
        return Double.valueOf(text);
      } catch (NumberFormatException e) {
        return null;
      }
    }

    @Override
    public String expected() {
      return "a number";
    }

    @Override
    public String label() {
      return "X";
    }
  }

  /** true or false. */
  record Flag() implements Codec {
    @Override
    public Object fromJson(JsonNode n) {
      return n.isBoolean() ? n.asBoolean() : null;
    }

    @Override
    public JsonNode toJson(Object v) {
      return JSON.booleanNode((boolean) v);
    }

    @Override
    public Object fromText(String text) {
      return text.equals("true") || text.equals("false") ? Boolean.valueOf(text) : null;
    }

    @Override
    public String expected() {
      return "true or false";
    }

    @Override
    public String label() {
      return "true|false";
    }
  }

  /** Text that is not blank. */
  record Words() implements Codec {
    @Override
    public Object fromJson(JsonNode n) {
      return n.isTextual() ? n.asText() : null;
    }

    @Override
    public JsonNode toJson(Object v) {
      return JSON.textNode((String) v);
    }

    @Override
    public Object fromText(String text) {
      return text;
    }

    @Override
    public String expected() {
      return "words";
    }

    @Override
    public String label() {
      return "WORDS";
    }
  }

  /** An enum's constants in lower case; underscores and capitals do not matter. */
  record Choice(Class<?> type) implements Codec {
    @Override
    public Object fromJson(JsonNode n) {
      return n.isTextual() ? fromText(n.asText()) : null;
    }

    @Override
    public JsonNode toJson(Object v) {
      return JSON.textNode(text((Enum<?>) v));
    }

    @Override
    public Object fromText(String text) {
      String wanted = text.replace("_", "").replace("-", "");
      return Arrays.stream(type.getEnumConstants())
          .filter(e -> Codec.text((Enum<?>) e).replace("_", "").equalsIgnoreCase(wanted))
          .findFirst()
          .orElse(null);
    }

    @Override
    public String expected() {
      return "one of " + names();
    }

    @Override
    public String label() {
      return String.join("|", names());
    }

    private List<String> names() {
      return Arrays.stream(type.getEnumConstants()).map(e -> Codec.text((Enum<?>) e)).toList();
    }
  }

  /** Integers in a row; as text with commas. */
  record Wholes() implements Codec {
    private static final Whole ONE = new Whole(true);

    @Override
    public Object fromJson(JsonNode n) {
      if (!n.isArray()) {
        return null;
      }
      Object[] all = new Object[n.size()];
      for (int i = 0; i < all.length; i++) {
        all[i] = ONE.fromJson(n.get(i));
      }
      return whole(all);
    }

    private static Object whole(Object[] all) {
      return all.length == 0 || Arrays.asList(all).contains(null) ? null : List.of(all);
    }

    @Override
    public JsonNode toJson(Object v) {
      var array = JSON.arrayNode();
      ((List<?>) v).forEach(i -> array.add((int) i));
      return array;
    }

    @Override
    public Object fromText(String text) {
      String inside = text.replaceFirst("^\\[(.*)]$", "$1");
      return whole(
          Arrays.stream(inside.split(",", -1)).map(t -> ONE.fromText(t.strip())).toArray());
    }

    @Override
    public String expected() {
      return "at least one integer";
    }

    @Override
    public String label() {
      return "N,N";
    }
  }
}
