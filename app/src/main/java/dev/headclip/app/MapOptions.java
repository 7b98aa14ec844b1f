package dev.headclip.app;

import dev.headclip.HeadClipException;
import dev.headclip.detect.Outcome;
import dev.headclip.image.ImageWriter;
import dev.headclip.image.MapWriter;
import dev.headclip.image.Overlay;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.map.AnomalyMap;
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

  /** The files of an image. */
  record Written(Optional<Path> map, Optional<Path> overlay) {}

  /**
   * @param name of the image's results below the folder
   */
  Written write(Outcome.Scored s, String name) {
    // at the image's size once, for map and overlay
    boolean wanted = drawsOverlays() || maps != Maps.none && mapSize == MapSize.image;
    AnomalyMap full = wanted ? s.detection().mapAtImageSize() : s.detection().map();
    AnomalyMap unit = mapSize == MapSize.model ? s.detection().map() : full;
    AnomalyMap written = mapValues == MapValues.raw ? raw(s) : unit;
    return new Written(
        maps == Maps.none ? Optional.empty() : Optional.of(writeMap(written, name)),
        drawsOverlays() ? Optional.of(writeOverlay(s, full, name)) : Optional.empty());
  }

  private AnomalyMap raw(Outcome.Scored s) {
    AnomalyMap map =
        s.detection()
            .raw()
            .orElseThrow(
                () ->
                    new HeadClipException(
                        "--map-values raw: no such without --normal or --batched"))
            .map();
    return mapSize == MapSize.model
        ? map
        : map.resize(s.detection().width(), s.detection().height());
  }

  private Path writeMap(AnomalyMap map, String name) {
    Path to = out.resolve(name + ".map." + maps);
    AtomicFiles.write(
        to,
        o -> {
          if (maps == Maps.png) {
            MapWriter.png(map, o);
          } else {
            MapWriter.npy(map, o);
          }
        });
    return to;
  }

  private Path writeOverlay(Outcome.Scored s, AnomalyMap map, String name) {
    Path to = out.resolve(name + ImageSearch.OVERLAY);
    AtomicFiles.write(
        to,
        o ->
            ImageWriter.png(
                Overlay.draw(
                    s.pixels().orElseThrow(),
                    map,
                    s.detection().outlinedAt(),
                    s.detection().region()),
                o));
    return to;
  }
}
