package dev.headclip.app;

import dev.headclip.method.Methods;
import dev.headclip.method.Recipe;
import dev.headclip.method.ScoreSettings;
import dev.headclip.method.TrainSettings;
import dev.headclip.settings.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The settings that there are, under their present and older names. */
final class SettingNames {
  private SettingNames() {}

  /** Whether a method on the class path, scores or training have a setting of this key. */
  static boolean isSetting(String key) {
    return Methods.all().stream()
        .flatMap(m -> entries(m.settings()).stream())
        .anyMatch(e -> e.key().equals(key));
  }

  private static List<Schema.Entry> entries(Class<? extends Record> ofMethod) {
    List<Schema.Entry> all = new ArrayList<>(Schema.of(ofMethod).entries());
    all.addAll(Schema.of(ScoreSettings.class).entries());
    all.addAll(Schema.of(TrainSettings.class).entries());
    return all;
  }

  /** The same values under the settings' present keys; unknown names stay as they are. */
  static Map<String, String> keys(Recipe recipe, Map<String, String> values) {
    List<Schema.Entry> entries = entries(recipe.method().method().settings());
    Map<String, String> all = new LinkedHashMap<>();
    values.forEach(
        (name, value) -> {
          String key = name;
          String text = value;
          for (Schema.Entry e : entries) {
            if (e.aliases().containsKey(name)) {
              key = e.key();
              String meaning = e.aliases().get(name);
              text = meaning.isEmpty() ? value : meaning;
            }
          }
          all.put(key, text);
        });
    return all;
  }
}
