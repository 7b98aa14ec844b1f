package dev.headclip.method.prompt;

import dev.headclip.clip.ClipConfig;
import dev.headclip.settings.Schema;
import dev.headclip.settings.Setting;
import dev.headclip.settings.SettingException;
import java.util.Map;

/**
 * The two learned prompts (docs/spec/headclip.md section 4.6).
 *
 * @param templates words behind the learned ones
 * @param length learned words in front of a template
 * @param deep learned tokens in the text layers
 */
public record PromptSettings(
    @Setting("Words behind the learned ones") Templates templates,
    @Setting(
            value = "Learned words in front of a template",
            key = "prompt_length",
            absent = "12",
            min = 1,
            max = 64)
        int length,
    @Setting("Learned tokens in the text layers") DeepSettings deep) {
  /** Path of the number of text layers with deep tokens. */
  public static final String DEEP_LAYERS = "deep.layers";

  public PromptSettings {
    Schema.check(PromptSettings.class, templates, length, deep);
  }

  /** The defaults that depend on the backbone, for a schema that holds these settings. */
  public static Map<String, Object> defaultsFor(ClipConfig c) {
    return Map.of("deep_layers", DeepSettings.defaultLayers(c.text().layers()));
  }

  /** Throws where the backbone has fewer layers. */
  public void check(ClipConfig c) {
    int layers = c.text().layers();
    if (deep.layers() > layers) {
      throw new SettingException(DEEP_LAYERS, deep.layers(), "up to the backbone's " + layers);
    }
  }

  /**
   * The settings that stored tensors show, where a file does not say them: length and number of the
   * deep tokens.
   *
   * @param shapes of the file's tensors
   * @param said whether the file has the setting of a path
   */
  public Map<String, Object> shown(
      Map<String, long[]> shapes, java.util.function.Predicate<String> said) {
    Map<String, Object> found = new java.util.LinkedHashMap<>();
    int count = 0;
    while (shapes.containsKey(LearnedPrompts.DEEP + count)) {
      count++;
    }
    if (!said.test(DEEP_LAYERS)) {
      found.put(DEEP_LAYERS, count == 0 ? 0 : deep.start() - 1 + count);
    }
    long[] first = shapes.getOrDefault(LearnedPrompts.DEEP + 0, new long[0]);
    if (!said.test("deep.length") && first.length == 2 && first[0] >= 1 && first[0] <= 64) {
      found.put("deep.length", (int) first[0]);
    }
    return found;
  }
}
