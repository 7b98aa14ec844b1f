package dev.headclip.method;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.clip.ClipConfig;
import dev.headclip.clip.LocalPath;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** {@link HeadClipSettings} as the JSON object of an adapter file. */
public final class SettingsJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private SettingsJson() {}

  /** Absent keys have the backbone's defaults. Throws IllegalArgumentException naming the key. */
  public static HeadClipSettings read(JsonNode json, ClipConfig config) {
    HeadClipSettings d = HeadClipSettings.defaultsFor(config);
    LocalPath p = d.localPath();
    JsonNode csa = object(json, "csa");
    JsonNode templates = object(json, "templates");
    JsonNode deep = object(json, "deep");
    LocalPath path =
        new LocalPath(
            integer(csa, "first", p.first()),
            integer(csa, "last", p.last()),
            choice(json, "aggregate", p.aggregate()),
            choice(json, "state_norm", p.stateNorm()),
            choice(json, "local_input", p.input()),
            flag(json, "local_ffn", p.ffn()),
            choice(json, "head_weight_constraint", p.constraint()),
            flag(json, "scale_bias", p.scaleBias()),
            flag(json, "weight_global", p.weightGlobal()));
    return new HeadClipSettings(
        integer(json, "image_size", d.imageSize()),
        path,
        layers(json, path.defaultOutputs(d.outputLayers())),
        number(json, "temperature", d.temperature()),
        number(json, "sigma", d.sigma()),
        top(json, d.top()),
        choice(json, "top_map", TopMap.SMOOTHED) == TopMap.RAW,
        number(json, "lambda", d.lambda()),
        flag(json, "cls_ln_post", d.clsLnPost()),
        new Templates(
            templates.path("normal").asText(d.templates().normal()),
            templates.path("abnormal").asText(d.templates().abnormal())),
        new PromptSettings(
            integer(json, "prompt_length", d.prompts().length()),
            integer(deep, "start", d.prompts().deepStart()),
            choice(deep, "mode", d.prompts().deepMode()),
            flag(deep, "half_round", d.prompts().halfRound())),
        choice(json, "position", d.position()),
        number(json, "threshold", d.threshold()));
  }

  /** Without what turns the network's numbers into scores. */
  public static ObjectNode network(HeadClipSettings settings) {
    ObjectNode json = write(settings);
    json.remove(
        List.of("method", "sigma", "top_fraction", "top_count", "top_map", "lambda", "threshold"));
    return json;
  }

  private enum TopMap {
    SMOOTHED,
    RAW
  }

  /** Every setting, with its key. */
  public static ObjectNode write(HeadClipSettings s) {
    LocalPath p = s.localPath();
    ObjectNode o = JSON.createObjectNode();
    o.put("method", "headclip").put("image_size", s.imageSize());
    o.putObject("csa").put("first", p.first()).put("last", p.last());
    s.outputLayers().forEach(l -> o.withArray("output_layers").add(l));
    o.put("aggregate", key(p.aggregate())).put("state_norm", key(p.stateNorm()));
    o.put("local_input", key(p.input())).put("local_ffn", p.ffn());
    o.put("head_weight_constraint", key(p.constraint()));
    o.put("scale_bias", p.scaleBias()).put("weight_global", p.weightGlobal());
    o.put("temperature", s.temperature()).put("sigma", s.sigma());
    if (s.top() instanceof TopPixels.Fraction f) {
      o.put("top_fraction", f.share());
    } else if (s.top() instanceof TopPixels.Count c) {
      o.put("top_count", c.pixels());
    }
    o.put("top_map", key(s.topOnRaw() ? TopMap.RAW : TopMap.SMOOTHED));
    o.put("lambda", s.lambda()).put("cls_ln_post", s.clsLnPost());
    o.putObject("templates")
        .put("normal", s.templates().normal())
        .put("abnormal", s.templates().abnormal());
    o.put("prompt_length", s.prompts().length());
    o.putObject("deep")
        .put("start", s.prompts().deepStart())
        .put("mode", key(s.prompts().deepMode()))
        .put("half_round", s.prompts().halfRound());
    return o.put("position", key(s.position())).put("threshold", s.threshold());
  }

  private static TopPixels top(JsonNode json, TopPixels absent) {
    if (json.has("top_count")) {
      return new TopPixels.Count(integer(json, "top_count", 1));
    }
    return json.has("top_fraction")
        ? new TopPixels.Fraction(number(json, "top_fraction", 0))
        : absent;
  }

  private static JsonNode object(JsonNode json, String key) {
    JsonNode n = json.path(key);
    if (!n.isMissingNode() && !n.isObject()) {
      throw new IllegalArgumentException("%s is %s, expected an object".formatted(key, n));
    }
    return n;
  }

  private static List<Integer> layers(JsonNode json, List<Integer> absent) {
    JsonNode n = json.path("output_layers");
    if (n.isMissingNode()) {
      return absent;
    }
    List<Integer> all = new ArrayList<>();
    for (JsonNode l : n) {
      all.add(l.isIntegralNumber() && l.canConvertToInt() ? l.asInt() : 0);
    }
    return all;
  }

  private static String key(Enum<?> e) {
    return e.name().toLowerCase(Locale.ROOT);
  }

  private static <E extends Enum<E>> E choice(JsonNode json, String key, E absent) {
    JsonNode n = json.path(key);
    if (n.isMissingNode()) {
      return absent;
    }
    E[] all = absent.getDeclaringClass().getEnumConstants();
    // sumNoSkip and sum_no_skip alike
    String wanted = n.asText().replace("_", "").replace("-", "");
    return Arrays.stream(all)
        .filter(e -> key(e).replace("_", "").equalsIgnoreCase(wanted))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s is \"%s\", expected one of %s"
                        .formatted(
                            key, n.asText(), Arrays.stream(all).map(SettingsJson::key).toList())));
  }

  private static int integer(JsonNode json, String key, int absent) {
    JsonNode n = json.path(key);
    if (n.isMissingNode()) {
      return absent;
    }
    if (!n.isIntegralNumber() || !n.canConvertToInt()) {
      throw new IllegalArgumentException("%s is %s, expected an integer".formatted(key, n));
    }
    return n.asInt();
  }

  private static double number(JsonNode json, String key, double absent) {
    JsonNode n = json.path(key);
    if (n.isMissingNode()) {
      return absent;
    }
    if (!n.isNumber()) {
      throw new IllegalArgumentException("%s is %s, expected a number".formatted(key, n));
    }
    return n.asDouble();
  }

  private static boolean flag(JsonNode json, String key, boolean absent) {
    JsonNode n = json.path(key);
    if (n.isMissingNode()) {
      return absent;
    }
    if (!n.isBoolean()) {
      throw new IllegalArgumentException("%s is %s, expected true or false".formatted(key, n));
    }
    return n.asBoolean();
  }
}
