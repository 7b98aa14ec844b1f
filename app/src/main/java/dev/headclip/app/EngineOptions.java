package dev.headclip.app;

import dev.headclip.HeadClipException;
import dev.headclip.detect.DetectorBuilder;
import dev.headclip.engine.EngineSettings;
import dev.headclip.engine.Engines;
import dev.headclip.image.ImageLoader;
import java.time.Duration;
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

  @Option(
      names = "--max-seconds-per-image",
      paramLabel = "N",
      defaultValue = "120",
      description = "An image that takes longer to decode is an error (default: ${DEFAULT-VALUE}).")
  private double maxSeconds;

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

  Duration maxTime() {
    if (!(maxSeconds > 0 && maxSeconds < 1e9)) {
      throw new HeadClipException(
          "--max-seconds-per-image is %s, expected more than 0".formatted(maxSeconds));
    }
    return Duration.ofMillis(Math.max(1, (long) (maxSeconds * 1e3)));
  }

  /** A detector's builder that computes so. */
  DetectorBuilder on(DetectorBuilder builder) {
    return builder.compute(engine()).maxPixels(maxPixels()).maxTimePerImage(maxTime());
  }

  /** Decodes images within the limits. */
  ImageLoader loader() {
    return ImageLoader.defaults().withMaxPixels(maxPixels).withMaxTime(maxTime());
  }

  /** What results depend on, for files that must not be mixed. */
  Map<String, Object> identity() {
    Map<String, Object> m = new LinkedHashMap<>();
    m.put("engine", Engines.of(engine().engine()).name());
    m.put("precision", engine().precision().key());
    return m;
  }
}
