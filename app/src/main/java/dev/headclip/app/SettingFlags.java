package dev.headclip.app;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headclip.HeadClipException;
import dev.headclip.settings.Schema;
import dev.headclip.settings.SettingException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Flags made of settings records: {@code deep_start} is {@code --deep-start}. What is given is text
 * by the settings' keys.
 */
final class SettingFlags {
  private final Map<String, String> values = new LinkedHashMap<>();

  /** What was given, by key. */
  Map<String, String> values() {
    return new LinkedHashMap<>(values);
  }

  /**
   * What was given, where that may hold settings of scores: a share and a number exclude each
   * other.
   */
  Map<String, String> checkedValues() {
    if (values.containsKey("top_fraction") && values.containsKey("top_count")) {
      throw new HeadClipException("--top-fraction and --top-count together; name one of them");
    }
    return values();
  }

  /** Adds the flags of a record's settings to a command. */
  void add(CommandSpec spec, Class<? extends Record> settings) {
    Schema.of(settings).entries().forEach(e -> add(spec, e, e.absent()));
  }

  /** The same; where nothing is given, these are the values. */
  void add(CommandSpec spec, Record defaults) {
    JsonNode json = Schema.json(defaults);
    for (Schema.Entry e : Schema.of(defaults.getClass()).entries()) {
      add(spec, e, json.at("/" + e.path().replace('.', '/')).asText(e.absent()));
    }
  }

  /** Some of them, in place of what a model has stored. */
  void addOfModel(CommandSpec spec, Class<? extends Record> settings, Predicate<String> wanted) {
    Schema.of(settings).entries().stream()
        .filter(e -> wanted.test(e.key()))
        .forEach(e -> add(spec, e, "the model's"));
  }

  private void add(CommandSpec spec, Schema.Entry e, String absent) {
    String flag = flag(e.key());
    if (spec.optionsMap().containsKey(flag)) {
      throw new HeadClipException(
          "setting %s has the name of a flag of '%s'; give it another"
              .formatted(e.key(), spec.qualifiedName()));
    }
    OptionSpec.Builder option =
        option(flag, text -> values.put(e.key(), text)).description(help(e, absent));
    if (e.flag()) {
      spec.addOption(bare(option).build());
      spec.addOption(bare(switchTo("--no-" + flag.substring(2), e.key(), "false")).build());
    } else {
      spec.addOption(option.paramLabel(e.label()).build());
    }
    e.aliases()
        .forEach(
            (old, meaning) -> {
              if (!meaning.isEmpty()) {
                spec.addOption(bare(switchTo(flag(old), e.key(), meaning)).build());
              } else {
                OptionSpec.Builder same =
                    option(flag(old), text -> values.put(e.key(), text)).hidden(true);
                spec.addOption((e.flag() ? bare(same) : same).build());
              }
            });
  }

  private interface Given {
    void text(String value);
  }

  private static OptionSpec.Builder option(String name, Given given) {
    return OptionSpec.builder(name)
        .type(String.class)
        .setter(
            new ISetter() {
              @Override
              @SuppressWarnings("unchecked")
              public <T> T set(T value) {
                if (value != null) {
                  given.text(value.toString());
                }
                return null;
              }
            });
  }

  /** A hidden flag without a value that sets a key. */
  private OptionSpec.Builder switchTo(String name, String key, String meaning) {
    return option(
            name,
            text -> {
              if (text.equals("true")) {
                values.put(key, meaning);
              }
            })
        .hidden(true);
  }

  private static OptionSpec.Builder bare(OptionSpec.Builder option) {
    return option.type(Boolean.class).arity("0").fallbackValue("true");
  }

  private static String help(Schema.Entry e, String absent) {
    String first = e.help().replaceFirst("\\.$", "");
    return absent.isEmpty()
        ? first + "."
        : "%s (default: %s).".formatted(first, absent.replace("%", "%%"));
  }

  /** {@code deep_start} to {@code --deep-start}. */
  static String flag(String key) {
    return "--" + key.replace('_', '-').replace('.', '-');
  }

  /** A library's message with settings under the names of a command's flags. */
  static String named(CommandSpec spec, Throwable e) {
    String text = String.valueOf(e.getMessage());
    if (e instanceof SettingException s) {
      String flag = flag(s.key());
      return spec.optionsMap().containsKey(flag) ? s.messageFor(flag) : text;
    }
    return named(spec, text);
  }

  /** {@link #named(CommandSpec, Throwable)} for a message alone. */
  static String named(CommandSpec spec, String text) {
    List<String> flags = new ArrayList<>(spec.optionsMap().keySet());
    String named = text;
    for (String flag : flags) {
      if (flag.startsWith("--")) {
        String key = flag.substring(2).replace('-', '_');
        // a word of its own anywhere, or the first word; no part of a path
        String where =
            key.contains("_")
                ? "(?<![\\w/.\\-\"])" + key + "(?![\\w./\\\\\\-\"])"
                : "^" + key + "(?![\\w./\\\\\\-])";
        named = named.replaceAll(where, flag);
      }
    }
    return named;
  }
}
