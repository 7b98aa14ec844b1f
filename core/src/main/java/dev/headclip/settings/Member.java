package dev.headclip.settings;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** One component of a settings record: a single setting, or a group of them. */
sealed interface Member {
  RecordComponent component();

  Setting setting();

  /** Its name in JSON; empty for a group whose settings stand beside the others. */
  String key();

  static Member of(RecordComponent c) {
    Setting s = c.getAnnotation(Setting.class);
    if (s == null) {
      throw new IllegalStateException(c + ": no @Setting");
    }
    String key = s.key().isEmpty() ? snake(c.getName()) : s.key();
    boolean optional = c.getType() == Optional.class;
    Class<?> type = optional ? argument(c) : c.getType();
    if (type == List.class) {
      return new Leaf(c, s, key, new Codec.Wholes(), optional);
    }
    Codec codec = Codec.of(type);
    if (codec != null) {
      return new Leaf(c, s, key, codec, optional);
    }
    if (!type.isRecord()) {
      throw new IllegalStateException(c + ": no way to write this type");
    }
    Schema<?> inner = Schema.of(type.asSubclass(Record.class));
    Optional<Method> parse = parse(type);
    return parse.isPresent()
        ? new Leaf(c, s, key, new Short(inner, parse.get()), optional)
        : new Group(c, s, s.inline() ? "" : key, inner);
  }

  private static Class<?> argument(RecordComponent c) {
    Type inside = ((ParameterizedType) c.getGenericType()).getActualTypeArguments()[0];
    return (Class<?>) (inside instanceof ParameterizedType list ? list.getRawType() : inside);
  }

  private static Optional<Method> parse(Class<?> type) {
    try {
      Method m = type.getMethod("parse", String.class);
      return Modifier.isStatic(m.getModifiers()) ? Optional.of(m) : Optional.empty();
    } catch (NoSuchMethodException e) {
      return Optional.empty();
    }
  }

  /** imageSize to image_size. */
  private static String snake(String name) {
    return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
  }

  /** A single setting. */
  record Leaf(RecordComponent component, Setting setting, String key, Codec codec, boolean optional)
      implements Member {
    Object fromJson(JsonNode n) {
      if (optional && n.isNull()) {
        return Optional.empty();
      }
      return checked(codec.fromJson(n), n);
    }

    Object fromText(String text) {
      return optional && text.isEmpty() ? Optional.empty() : checked(codec.fromText(text), text);
    }

    private Object checked(Object value, Object found) {
      if (value == null) {
        throw new SettingException(key, found, codec.expected());
      }
      return optional ? Optional.of(value) : value;
    }

    /** Throws where a value is out of range. */
    void check(Object value) {
      Object bare = value instanceof Optional<?> o ? o.orElse(null) : value;
      if (bare == null && value != null) {
        return;
      }
      if (bare == null || bare instanceof String s && s.isBlank()) {
        throw new SettingException(key, bare == null ? "absent" : "empty", codec.expected());
      }
      List<?> each = bare instanceof List<?> l ? l : List.of(bare);
      if (each.isEmpty()) {
        throw new SettingException(key, bare, codec.expected());
      }
      for (Object one : each) {
        if (!fits(codec.number(one), one instanceof Number)) {
          throw new SettingException(key, bare, range());
        }
      }
    }

    private boolean fits(double v, boolean number) {
      if (!number) {
        return true;
      }
      boolean low = setting.above() ? v > setting.min() : v >= setting.min();
      return Double.isFinite(v) && low && v <= setting.max();
    }

    /** "1 to 8", "above 0". */
    String range() {
      boolean low = setting.min() != Double.NEGATIVE_INFINITY;
      boolean high = setting.max() != Double.POSITIVE_INFINITY;
      String from = number(setting.min());
      String to = number(setting.max());
      if (!low && !high) {
        return "a finite number";
      }
      if (setting.above()) {
        return high ? "above %s and at most %s".formatted(from, to) : "above " + from;
      }
      if (low && high) {
        return from + " to " + to;
      }
      return low ? "at least " + from : "at most " + to;
    }

    private String number(double v) {
      return v == Math.rint(v) && Math.abs(v) < 1e15 ? String.valueOf((long) v) : String.valueOf(v);
    }
  }

  /** Several settings in a record of their own. */
  record Group(RecordComponent component, Setting setting, String key, Schema<?> schema)
      implements Member {}

  /** A record with a short form: an object or that form, wherever it stands. */
  record Short(Schema<?> schema, Method parse) implements Codec {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public Object fromJson(JsonNode n) {
      if (n.isTextual()) {
        return fromText(n.asText());
      }
      return n instanceof ObjectNode o ? schema.readAll(o) : null;
    }

    @Override
    public JsonNode toJson(Object v) {
      return schema.jsonOf((Record) v);
    }

    @Override
    public Object fromText(String text) {
      if (!text.startsWith("{")) {
        return Schema.invoke(() -> parse.invoke(null, text));
      }
      try {
        return fromJson(JSON.readTree(text));
      } catch (JsonProcessingException e) {
        return null;
      }
    }

    @Override
    public String expected() {
      return "a value as in the help";
    }

    @Override
    public String label() {
      return String.join("-", schema.names()).toUpperCase(Locale.ROOT);
    }
  }
}
