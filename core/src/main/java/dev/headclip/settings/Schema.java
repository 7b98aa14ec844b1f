package dev.headclip.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Everything that a record's {@link Setting}s say: its JSON, its settings from text, its help, its
 * ranges, copies with a change.
 *
 * @param <R> the record
 */
public final class Schema<R extends Record> {
  private static final ClassValue<Schema<?>> ALL =
      new ClassValue<>() {
        @Override
        protected Schema<?> computeValue(Class<?> type) {
          return new Schema<>(type.asSubclass(Record.class));
        }
      };

  /**
   * One setting, for flags and help.
   *
   * @param key its name in files, as "deep_start"; as a flag with dashes
   * @param path where it stands in JSON, as "deep.start"
   * @param help what it is
   * @param absent the default as text; empty where it is told by the help alone
   * @param expected the values it may have
   * @param label stands for a value in help
   * @param flag whether it is true or false
   * @param aliases older spellings, each with the value that a bare flag of that name meant, or ""
   */
  public record Entry(
      String key,
      String path,
      String help,
      String absent,
      String expected,
      String label,
      boolean flag,
      Map<String, String> aliases) {}

  private final Class<R> type;
  private final Constructor<R> constructor;
  private final List<Member> members;

  private Schema(Class<R> type) {
    this.type = type;
    RecordComponent[] components = type.getRecordComponents();
    this.members = Arrays.stream(components).map(Member::of).toList();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    this.constructor = invoke(() -> type.getDeclaredConstructor(types));
    this.constructor.setAccessible(true);
  }

  @SuppressWarnings("unchecked")
  public static <R extends Record> Schema<R> of(Class<R> type) {
    return (Schema<R>) ALL.get(type);
  }

  @SuppressWarnings("unchecked")
  private static <R extends Record> Schema<R> of(R record) {
    return of((Class<R>) record.getClass());
  }

  /** {@code record} with one setting changed. */
  public static <R extends Record> R with(R record, String key, Object value) {
    return of(record).changed(record, Map.of(key, value));
  }

  /** {@code record} as the JSON object of a file. */
  public static ObjectNode json(Record record) {
    return of(record).jsonOf(record);
  }

  /** For compact constructors: throws where a component is out of its range. */
  public static void check(Class<? extends Record> type, Object... components) {
    List<Member> members = of(type).members;
    for (int i = 0; i < components.length; i++) {
      if (members.get(i) instanceof Member.Leaf leaf) {
        leaf.check(components[i]);
      } else if (components[i] == null) {
        throw new SettingException(members.get(i).key(), "absent", "a group of settings");
      }
    }
  }

  /** The record whose settings all have their declared defaults. */
  public R defaults() {
    return defaults(Map.of());
  }

  /**
   * The record with its defaults.
   *
   * @param dependent values of the settings that declare none, by key
   */
  public R defaults(Map<String, ?> dependent) {
    return build(
        leaf -> {
          Optional<Object> given = given(leaf, dependent);
          if (given.isPresent()) {
            return given.get();
          }
          if (leaf.member().setting().absent().isEmpty() && !leaf.member().optional()) {
            throw new IllegalStateException(type + ": no default for " + leaf.key());
          }
          return leaf.member().fromText(leaf.member().setting().absent());
        },
        "");
  }

  /** A record with some settings changed; a value may be text where the setting is not. */
  public R changed(R from, Map<String, ?> values) {
    requireKnown("", values.keySet(), keysAndPaths());
    return build(leaf -> given(leaf, values).orElseGet(() -> get(from, leaf.path())), "");
  }

  private static Optional<Object> given(Located leaf, Map<String, ?> values) {
    Object found = values.get(leaf.key());
    Object value = found == null ? values.get(leaf.path()) : found;
    if (value instanceof String text && !(leaf.member().codec() instanceof Codec.Words)) {
      return Optional.of(leaf.inside(() -> leaf.member().fromText(text)));
    }
    boolean bare = leaf.member().optional() && value != null && !(value instanceof Optional);
    return bare ? Optional.of(Optional.of(value)) : Optional.ofNullable(value);
  }

  /** Reads an object whose absent settings are those of {@code absent}; others are ignored. */
  public R read(JsonNode json, R absent) {
    return build(
        leaf -> {
          JsonNode n = at(json, leaf.path());
          return n.isMissingNode()
              ? get(absent, leaf.path())
              : leaf.inside(() -> leaf.member().fromJson(n));
        },
        "");
  }

  /** Reads an object that has them all. */
  R readAll(ObjectNode json) {
    return build(
        leaf -> {
          JsonNode n = at(json, leaf.path());
          if (n.isMissingNode()) {
            throw new SettingException(leaf.path(), "absent", leaf.member().codec().expected());
          }
          return leaf.inside(() -> leaf.member().fromJson(n));
        },
        "");
  }

  private static JsonNode at(JsonNode json, String path) {
    JsonNode n = json;
    int dot = path.indexOf('.');
    if (dot < 0) {
      return n.path(path);
    }
    JsonNode group = n.path(path.substring(0, dot));
    if (!group.isMissingNode() && !group.isObject()) {
      throw new SettingException(path.substring(0, dot), group, "an object");
    }
    return at(group, path.substring(dot + 1));
  }

  ObjectNode jsonOf(Record record) {
    ObjectNode o = JsonNodeFactory.instance.objectNode();
    for (Member m : members) {
      Object value = component(record, m);
      if (m instanceof Member.Group g) {
        ObjectNode inner = g.schema().jsonOf((Record) value);
        if (g.key().isEmpty()) {
          o.setAll(inner);
        } else {
          o.set(g.key(), inner);
        }
      } else if (m instanceof Member.Leaf leaf) {
        Object bare = value instanceof Optional<?> v ? v.orElse(null) : value;
        if (bare != null) {
          o.set(leaf.key(), leaf.codec().toJson(bare));
        }
      }
    }
    return o;
  }

  /** The names that a JSON object of it may have. */
  public Set<String> names() {
    Set<String> all = new LinkedHashSet<>();
    for (Member m : members) {
      if (m instanceof Member.Group g && g.key().isEmpty()) {
        all.addAll(g.schema().names());
      } else {
        all.add(m.key());
      }
    }
    return all;
  }

  /** Throws naming a name inside a group that is not known; those of the object itself are not. */
  public void requireKnownGroups(JsonNode json) {
    for (Member m : members) {
      if (m instanceof Member.Group g) {
        JsonNode inner = g.key().isEmpty() ? json : json.path(g.key());
        if (!g.key().isEmpty() && inner.isObject()) {
          requireKnown(g.key() + ".", fieldNames(inner), g.schema().names());
        }
        g.schema().requireKnownGroups(inner);
      }
    }
  }

  private static Set<String> fieldNames(JsonNode o) {
    Set<String> all = new LinkedHashSet<>();
    o.fieldNames().forEachRemaining(all::add);
    return all;
  }

  /** Throws naming the first of {@code found} that is not known, and the nearest that is. */
  public static void requireKnown(
      String prefix, Collection<String> found, Collection<String> known) {
    for (String name : found) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "unknown key %s%s%s".formatted(prefix, name, Nearest.hint(name, known)));
      }
    }
  }

  /** The keys of all settings, as flags and {@link #changed} name them. */
  public List<String> keys() {
    return entries().stream().map(Entry::key).toList();
  }

  private Set<String> keysAndPaths() {
    Set<String> all = new LinkedHashSet<>();
    entries()
        .forEach(
            e -> {
              all.add(e.key());
              all.add(e.path());
            });
    return all;
  }

  /** All settings in their order. */
  public List<Entry> entries() {
    List<Entry> all = new ArrayList<>();
    entries("", all);
    return all;
  }

  private void entries(String prefix, List<Entry> to) {
    for (Member m : members) {
      String path = m.key().isEmpty() ? prefix : prefix + m.key();
      if (m instanceof Member.Group g) {
        g.schema().entries(m.key().isEmpty() ? prefix : path + ".", to);
      } else if (m instanceof Member.Leaf leaf) {
        Setting s = leaf.setting();
        boolean number = leaf.codec() instanceof Codec.Whole || leaf.codec() instanceof Codec.Real;
        to.add(
            new Entry(
                path.replace('.', '_'),
                path,
                s.value(),
                s.shown().isEmpty() ? s.absent() : s.shown(),
                number ? leaf.range() : leaf.codec().expected(),
                leaf.codec().label(),
                leaf.codec() instanceof Codec.Flag,
                aliases(s)));
      }
    }
  }

  private static Map<String, String> aliases(Setting s) {
    Map<String, String> all = new LinkedHashMap<>();
    for (String a : s.aliases()) {
      String[] parts = a.split("=", 2);
      all.put(parts[0], parts.length == 2 ? parts[1] : "");
    }
    return all;
  }

  /** Where a leaf stands. */
  private record Located(Member.Leaf member, String group) {
    String path() {
      return group.isEmpty() ? member.key() : group + "." + member.key();
    }

    String key() {
      return path().replace('.', '_');
    }

    /** Runs with the group's name added to what is thrown. */
    Object inside(java.util.function.Supplier<Object> body) {
      try {
        return body.get();
      } catch (SettingException e) {
        throw e.inside(group);
      }
    }
  }

  private interface Values {
    Object of(Located leaf);
  }

  private R build(Values values, String group) {
    Object[] arguments = new Object[members.size()];
    for (int i = 0; i < arguments.length; i++) {
      Member m = members.get(i);
      if (m instanceof Member.Group g) {
        String inner =
            g.key().isEmpty() ? group : group.isEmpty() ? g.key() : group + "." + g.key();
        arguments[i] = g.schema().build(values, inner);
      } else if (m instanceof Member.Leaf leaf) {
        arguments[i] = values.of(new Located(leaf, group));
      }
    }
    try {
      return invoke(() -> constructor.newInstance(arguments));
    } catch (SettingException e) {
      throw e.inside(group);
    }
  }

  /** The value at a path. */
  private Object get(Record record, String path) {
    for (Member m : members) {
      Object value = component(record, m);
      if (m instanceof Member.Group g) {
        boolean below = g.key().isEmpty() || path.startsWith(g.key() + ".");
        String rest = g.key().isEmpty() ? path : path.substring(below ? g.key().length() + 1 : 0);
        if (below && g.schema().hasPath(rest)) {
          return g.schema().get((Record) value, rest);
        }
      } else if (m.key().equals(path)) {
        return value;
      }
    }
    throw new IllegalArgumentException("no setting " + path);
  }

  private boolean hasPath(String path) {
    return entries().stream().anyMatch(e -> e.path().equals(path));
  }

  private static Object component(Record record, Member m) {
    return invoke(
        () -> {
          m.component().getAccessor().setAccessible(true);
          return m.component().getAccessor().invoke(record);
        });
  }

  /** A reflective call. */
  interface Call<V> {
    V run() throws ReflectiveOperationException;
  }

  static <V> V invoke(Call<V> call) {
    try {
      return call.run();
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
