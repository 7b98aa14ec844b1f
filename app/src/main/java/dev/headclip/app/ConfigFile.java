package dev.headclip.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.headclip.HeadClipException;
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

  /**
   * @throws HeadClipException where it is no such file or has a key that the command does not know
   */
  static ConfigFile read(Path file, CommandSpec command) {
    JsonNode root;
    try {
      root = YAML.readTree(file.toFile());
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
    Map<String, String> values = new LinkedHashMap<>();
    root.fields()
        .forEachRemaining(
            e ->
                values.put(
                    e.getKey().replace('-', '_'), text(file.toString(), e.getKey(), e.getValue())));
    return of(file.toString(), values, command);
  }

  /**
   * @param where for messages
   * @param values by flag, without dashes, with underscores
   */
  static ConfigFile of(String where, Map<String, String> values, CommandSpec command) {
    TreeSet<String> known = new TreeSet<>();
    command.options().forEach(o -> known.addAll(keys(o)));
    known.remove("config");
    for (String key : values.keySet()) {
      if (!known.contains(key)) {
        throw new HeadClipException(
            "%s: unknown key %s, expected a flag of '%s' such as epochs or lr"
                .formatted(where, key, command.qualifiedName()));
      }
    }
    return new ConfigFile(values);
  }

  /** A value or a list, as on a command line. */
  static String text(String where, String key, JsonNode value) {
    if (value.isArray()) {
      List<String> parts = new ArrayList<>();
      value.forEach(v -> parts.add(v.asText()));
      return String.join(",", parts);
    }
    if (!value.isValueNode() || value.isNull()) {
      throw new HeadClipException(
          "%s: %s is %s, expected a value or a list".formatted(where, key, value));
    }
    return value.asText();
  }

  private static List<String> keys(OptionSpec option) {
    return Arrays.stream(option.names())
        .map(n -> n.replaceFirst("^-+", "").replace('-', '_'))
        .toList();
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
