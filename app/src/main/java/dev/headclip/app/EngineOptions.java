package dev.headclip.app;

import dev.headclip.engine.EngineSettings;
import dev.headclip.engine.Engines;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** How a network is computed, as flags. */
final class EngineOptions {
  @Option(
      names = "--max-pixels",
      paramLabel = "N",
      defaultValue = "100000000",
      description = "Refuse larger images by their header (default: ${DEFAULT-VALUE}).")
  private long maxPixels;

  private final SettingFlags settings = new SettingFlags();

  /** Adds the flags of the engine. */
  void addSettings(CommandSpec spec) {
    settings.add(spec, EngineSettings.class);
  }

  EngineSettings engine() {
    return EngineSettings.of(settings.values());
  }

  long maxPixels() {
    return maxPixels;
  }

  /** What results depend on, for files that must not be mixed. */
  Map<String, Object> identity() {
    Map<String, Object> m = new LinkedHashMap<>();
    m.put("engine", Engines.of(engine().engine()).name());
    m.put("precision", engine().precision().key());
    return m;
  }
}
