package dev.headclip.app;

import dev.headclip.HeadClipException;
import dev.headclip.detect.Outcome;
import dev.headclip.image.ImageWriter;
import dev.headclip.image.MapWriter;
import dev.headclip.image.Overlay;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.map.AnomalyMap;
import dev.headclip.watch.ResultFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Pictures of a result as files.
 *
 * @param out folder
 * @param maps their form
 * @param size of maps
 * @param values of maps
 * @param overlays whether the image under its map is drawn; needs its pixels
 */
record ResultPictures(
    Path out,
    MapOptions.Maps maps,
    MapOptions.MapSize size,
    MapOptions.MapValues values,
    boolean overlays)
    implements ResultFiles {
  @Override
  public boolean taken(String name) {
    return Files.exists(map(name)) || Files.exists(overlay(name));
  }

  private Path map(String name) {
    return out.resolve(name + ".map." + maps);
  }

  private Path overlay(String name) {
    return out.resolve(name + ImageSearch.OVERLAY);
  }

  @Override
  public Written write(Outcome.Scored s, String name) {
    // at the image's size once, for map and overlay
    boolean wanted = overlays || maps != MapOptions.Maps.none && size == MapOptions.MapSize.image;
    AnomalyMap full = wanted ? s.detection().mapAtImageSize() : s.detection().map();
    AnomalyMap unit = size == MapOptions.MapSize.model ? s.detection().map() : full;
    AnomalyMap written = values == MapOptions.MapValues.raw ? raw(s) : unit;
    return new Written(
        maps == MapOptions.Maps.none ? Optional.empty() : Optional.of(writeMap(written, name)),
        overlays ? Optional.of(writeOverlay(s, full, name)) : Optional.empty());
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
    return size == MapOptions.MapSize.model
        ? map
        : map.resize(s.detection().width(), s.detection().height());
  }

  private Path writeMap(AnomalyMap map, String name) {
    Path to = map(name);
    AtomicFiles.write(
        to,
        o -> {
          if (maps == MapOptions.Maps.png) {
            MapWriter.png(map, o);
          } else {
            MapWriter.npy(map, o);
          }
        });
    return to;
  }

  private Path writeOverlay(Outcome.Scored s, AnomalyMap map, String name) {
    Path to = overlay(name);
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
