package dev.headclip.app;

import dev.headclip.detect.Outcome;
import dev.headclip.image.ImageLoader;
import dev.headclip.watch.ResultFiles;
import dev.headclip.watch.WatchSettings;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Option;

/** What becomes of images that arrive in a folder, as flags. */
final class WatchOptions {
  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "headclip-out",
      description =
          "Folder for results.jsonl, and for what is moved or drawn (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Option(
      names = "--sort",
      paramLabel = "none|move|tag",
      defaultValue = "none",
      description =
          "Images that were scored stay, move to OUT/anomalous, OUT/normal or OUT/failed, or get their result beside them (default: ${DEFAULT-VALUE}).")
  private WatchSettings.Sort sort;

  @Option(
      names = "--settle",
      paramLabel = "SECONDS",
      defaultValue = "0.5",
      description =
          "A file is complete when it has not changed for so long (default: ${DEFAULT-VALUE}).")
  private double settle;

  @Option(
      names = "--maps",
      paramLabel = "none|png|npy",
      defaultValue = "none",
      description = "Heat maps to write, as in detect (default: ${DEFAULT-VALUE}).")
  private MapOptions.Maps maps;

  @Option(names = "--overlay", description = "The image under its heat map, regions outlined.")
  private boolean overlay;

  WatchSettings settings(Path folder) {
    return new WatchSettings(
        folder,
        out,
        sort,
        Duration.ofMillis((long) (1000 * settle)),
        Duration.ofMillis((long) Math.max(10_000, 5000 * settle)));
  }

  ResultFiles files(ImageLoader loader) {
    ResultPictures pictures =
        new ResultPictures(out, maps, MapOptions.MapSize.image, MapOptions.MapValues.unit, overlay);
    return new ResultFiles() {
      @Override
      public Written write(Outcome.Scored scored, String name) {
        return pictures.write(overlay ? scored.withPixels(loader) : scored, name);
      }

      @Override
      public boolean taken(String name) {
        return pictures.taken(name);
      }
    };
  }
}
