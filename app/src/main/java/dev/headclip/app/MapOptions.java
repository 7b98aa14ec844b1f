package dev.headclip.app;

import dev.headclip.HeadClipException;
import dev.headclip.internal.files.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which pictures of a result are written, and where to. */
final class MapOptions {
  enum Maps {
    none,
    png,
    npy
  }

  enum MapSize {
    image,
    model
  }

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "headclip-out",
      description = "Folder for maps and overlays (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Option(
      names = "--maps",
      paramLabel = "none|png|npy",
      defaultValue = "png",
      description =
          "Heat maps: png is 16-bit grey, 65535 for 1; npy is float32 (default: ${DEFAULT-VALUE}).")
  private Maps maps;

  @Option(
      names = "--map-size",
      paramLabel = "image|model",
      defaultValue = "image",
      description = "Size of the maps: the image's or the network's (default: ${DEFAULT-VALUE}).")
  private MapSize mapSize;

  enum MapValues {
    unit,
    raw
  }

  @Option(
      names = "--map-values",
      paramLabel = "unit|raw",
      defaultValue = "unit",
      description =
          "From 0 to 1, or against references the distances in units of their own, with --maps npy (default: ${DEFAULT-VALUE}).")
  private MapValues mapValues;

  @Option(
      names = "--overlay",
      negatable = true,
      description = "The image under its heat map, regions outlined (default: with --maps png).")
  private Optional<Boolean> overlay;

  @Option(
      names = "--page",
      negatable = true,
      description =
          "A page of all results, OUT/index.html: pictures beside maps, a threshold to move (default: with --maps).")
  private Optional<Boolean> page;

  boolean writesPage() {
    return page.orElse(maps != Maps.none);
  }

  /** Whether the decoded images are needed. */
  boolean wantsPixels() {
    return drawsOverlays() || writesPage();
  }

  Path out() {
    return out;
  }

  boolean drawsOverlays() {
    return overlay.orElse(maps == Maps.png);
  }

  /** Whether anything is written. */
  boolean any() {
    return maps != Maps.none || drawsOverlays() || writesPage();
  }

  /** Makes the folder, so that one that cannot be written is known before the first image. */
  void prepare() {
    if (mapValues == MapValues.raw && maps != Maps.npy) {
      throw new HeadClipException("--map-values raw goes with --maps npy: a picture ends at 1");
    }
    if (any()) {
      try {
        Files.createDirectories(out);
      } catch (IOException e) {
        throw new HeadClipException(
            "--out %s: cannot be written (%s)".formatted(out, AtomicFiles.reason(e)), e);
      }
    }
  }

  /** What is written of each image. */
  ResultPictures pictures() {
    return new ResultPictures(out, maps, mapSize, mapValues, drawsOverlays());
  }
}
