package dev.headclip.app;

import dev.headclip.method.Recipe;
import dev.headclip.method.ScoreSettings;
import dev.headclip.method.TrainSettings;
import dev.headclip.settings.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Older names of settings in plans. */
final class SettingNames {
  private SettingNames() {}

  /** The same values under the settings' present keys; unknown names stay as they are. */
  static Map<String, String> keys(Recipe recipe, Map<String, String> values) {
    List<Schema.Entry> entries =
        new ArrayList<>(Schema.of(recipe.method().method().settings()).entries());
    entries.addAll(Schema.of(ScoreSettings.class).entries());
    entries.addAll(Schema.of(TrainSettings.class).entries());
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
