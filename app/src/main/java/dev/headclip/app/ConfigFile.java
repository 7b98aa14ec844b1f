package dev.headclip.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.headclip.HeadClipException;
import dev.headclip.internal.files.RegularFiles;
import dev.headclip.settings.Nearest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * A YAML file whose keys are a command's flags without their dashes ({@code head_weight_lr} for
 * {@code --head-weight-lr}); what is on the command line wins.
 */
final class ConfigFile implements IDefaultValueProvider {
  static final String FLAG = "--config";

  /** Flags that are given several times rather than as one list: a path may hold a comma. */
  private static final List<String> SEPARATE = List.of("root", "dataset");

  /** Stands between their values in a file; no path holds it. */
  static final String SEPARATOR = "\u001f";

  private static final YAMLMapper YAML =
      new YAMLMapper(
          YAMLFactory.builder()
              .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
              .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
              .build());

  private final Map<String, String> values;

  private ConfigFile(Map<String, String> values) {
    this.values = values;
  }

  /** The file that a command line names, if it names one. */
  static Optional<Path> named(String... args) {
    for (int i = 0; i < args.length; i++) {
      if (args[i].startsWith(FLAG + "=")) {
        return Optional.of(Path.of(args[i].substring(FLAG.length() + 1)));
      }
      if (args[i].equals(FLAG) && i + 1 < args.length) {
        return Optional.of(Path.of(args[i + 1]));
      }
    }
    return Optional.empty();
  }

  /** The values of other flags on a command line, by key, as far as they are told at once. */
  static Map<String, String> values(String... args) {
    Map<String, String> all = new LinkedHashMap<>();
    for (int i = 0; i < args.length; i++) {
      if (args[i].startsWith("--") && args[i].contains("=")) {
        int at = args[i].indexOf('=');
        all.put(key(args[i].substring(0, at)), args[i].substring(at + 1));
      } else if (args[i].startsWith("--") && i + 1 < args.length && !args[i + 1].startsWith("-")) {
        all.put(key(args[i]), args[i + 1]);
      }
    }
    return all;
  }

  /**
   * A file's values by key.
   *
   * @throws HeadClipException where it is no such file
   */
  static Map<String, String> values(Path file) {
    JsonNode root;
    try {
      root = YAML.readTree(RegularFiles.required(file).toFile());
    } catch (JsonProcessingException e) {
      throw new HeadClipException(
          "%s: not YAML (%s)"
              .formatted(file, e.getOriginalMessage().lines().findFirst().orElse("")),
          e);
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be read (%s)".formatted(file, e), e);
    }
    if (root == null || !root.isObject()) {
      throw new HeadClipException("%s: expected lines of the form 'epochs: 15'".formatted(file));
    }
    return values(file.toString(), root);
  }

  /** An object's values by key; a group's settings have its name before theirs. */
  static Map<String, String> values(String where, JsonNode root) {
    Map<String, String> all = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> e : root.properties()) {
      String key = e.getKey().replace('-', '_');
      JsonNode v = e.getValue();
      if (v.isObject() && SettingNames.isSetting(key)) {
        all.put(key, v.toString());
      } else if (v.isObject()) {
        values(where, v).forEach((k, text) -> all.put(key + "_" + k, text));
      } else {
        all.put(key, text(where, e.getKey(), v));
      }
    }
    return all;
  }

  /**
   * @param where for messages
   * @param values by flag, without dashes, with underscores
   * @throws HeadClipException where one is no flag of the command
   */
  static ConfigFile of(String where, Map<String, String> values, CommandSpec command) {
    TreeSet<String> known = new TreeSet<>();
    command.options().forEach(o -> known.addAll(keys(o)));
    known.remove("config");
    for (String key : values.keySet()) {
      if (!known.contains(key)) {
        throw new HeadClipException(
            "%s: unknown key %s, expected a flag of '%s' such as epochs or lr%s"
                .formatted(where, key, command.qualifiedName(), Nearest.hint(key, known)));
      }
    }
    return new ConfigFile(values);
  }

  /** A value or a list, as on a command line. */
  private static String text(String where, String key, JsonNode value) {
    if (value.isArray()) {
      List<String> parts = new ArrayList<>();
      value.forEach(v -> parts.add(v.asText()));
      return String.join(SEPARATE.contains(key) ? SEPARATOR : ",", parts);
    }
    if (!value.isValueNode() || value.isNull()) {
      throw new HeadClipException(
          "%s: %s is %s, expected a value or a list".formatted(where, key, value));
    }
    return value.asText();
  }

  private static List<String> keys(OptionSpec option) {
    return Arrays.stream(option.names()).map(ConfigFile::key).toList();
  }

  private static String key(String flag) {
    return flag.replaceFirst("^-+", "").replace('-', '_');
  }

  @Override
  public String defaultValue(ArgSpec arg) {
    if (arg instanceof OptionSpec option) {
      for (String key : keys(option)) {
        if (values.containsKey(key)) {
          return values.get(key);
        }
      }
    }
    return null;
  }

  /** Settings in the form that {@link #read} takes. */
  static String yaml(Map<String, ?> settings) {
    try {
      return YAML.writeValueAsString(settings);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
