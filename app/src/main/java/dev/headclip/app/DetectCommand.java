package dev.headclip.app;

import dev.headclip.HeadClipException;
import dev.headclip.detect.DetectionStream;
import dev.headclip.detect.Detector;
import dev.headclip.detect.Outcome;
import dev.headclip.files.AtomicFiles;
import dev.headclip.image.ImageWriter;
import dev.headclip.image.MapWriter;
import dev.headclip.image.Overlay;
import dev.headclip.map.AnomalyMap;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code headclip detect}. */
@Command(
    name = "detect",
    description = "Scores images: verdict, score, regions, heat maps.",
    footer = {
      "",
      "Examples:",
      "  headclip detect samples",
      "  headclip detect parts/ --format json --maps none > results.jsonl",
      "  headclip detect scan.png --threshold 0.6 --out maps --maps npy",
      "  headclip detect parts/ --backbone clip-vit-large-patch14-336 --adapter mvtec.safetensors",
      "",
      "Exit code: 0 all images scored, 1 some failed, 2 wrong usage or model."
    })
final class DetectCommand implements Callable<Integer> {
  enum Maps {
    none,
    png,
    npy
  }

  enum MapSize {
    image,
    model
  }

  enum Format {
    text,
    json,
    csv
  }

  @Parameters(
      paramLabel = "IMAGE|FOLDER",
      arity = "1..*",
      description = "Images, or folders that are searched in depth.")
  private List<Path> inputs;

  @Mixin private ModelOptions model;

  @Option(
      names = "--format",
      paramLabel = "text|json|csv",
      defaultValue = "text",
      description = "Form of the results; json is one object a line (default: ${DEFAULT-VALUE}).")
  private Format format;

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

  @Option(
      names = "--overlay",
      negatable = true,
      description = "The image under its heat map, regions outlined (default: with --maps png).")
  private Optional<Boolean> overlay;

  private record Row(String text, boolean failed, boolean anomalous) {}

  @Override
  public Integer call() throws IOException {
    boolean drawOverlays = overlay.orElse(maps == Maps.png);
    ImageSearch search = new ImageSearch(out);
    for (Path p : inputs) {
      search.add(p);
    }
    List<Path> images = search.images();
    if (images.isEmpty()) {
      throw new HeadClipException(
          "%s: no images, expected PNG, JPEG, TIFF, BMP, GIF or WebP files"
              .formatted(inputs.get(0)));
    }
    // UTF-8 whatever the locale: file names must survive
    PrintStream results =
        new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    try (Stopper stopper = new Stopper(20);
        Detector detector = model.open()) {
      Report report = Report.of(format, detector.model());
      Map<Path, Path> names = search.outputNames();
      DetectionStream<Row> stream =
          new DetectionStream<>(
              detector, drawOverlays, o -> row(o, names.get(o.image()), drawOverlays, report));
      report.header().ifPresent(results::println);
      int[] counts = new int[3];
      AtomicBoolean unheard = new AtomicBoolean();
      try (ProgressLine progress = progress(images.size())) {
        stream.run(
            until(images, stopper.flag()),
            r -> {
              PrintStream to = r.failed() && format == Format.text ? System.err : results;
              to.println(r.text());
              if (to.checkError()) {
                unheard.set(true);
                stopper.flag().set(true);
              }
              counts[r.failed() ? 2 : r.anomalous() ? 1 : 0]++;
              progress.at(counts[0] + counts[1] + counts[2], "");
            });
      }
      if (unheard.get() || results.checkError()) {
        throw new HeadClipException(
            "the results cannot be written to standard output (full, or closed); stopped");
      }
      search.emptyFolders().forEach(f -> System.err.println("headclip: " + f + ": no images"));
      summary(counts, stopper.flag().get(), images.size(), drawOverlays);
      return counts[2] > 0 || !search.emptyFolders().isEmpty() ? Main.SOME_FAILED : Main.OK;
    }
  }

  private ProgressLine progress(int total) {
    // a bar between lines of results on one terminal would tear both
    boolean own = format != Format.text || !Boolean.getBoolean("headclip.stdout.tty");
    return own ? ProgressLine.of("detect", total, "images") : ProgressLine.silent();
  }

  private void summary(int[] counts, boolean stopped, int total, boolean overlays) {
    if (format != Format.text) {
      return;
    }
    int done = counts[0] + counts[1] + counts[2];
    String files = maps == Maps.none && !overlays ? "" : "; heat maps in " + out;
    System.err.printf(
        "%d image(s): %d anomalous, %d normal, %d failed%s%s%n",
        done,
        counts[1],
        counts[0],
        counts[2],
        files,
        stopped && done < total ? "; stopped, %d not looked at".formatted(total - done) : "");
  }

  private static Iterable<Path> until(List<Path> images, AtomicBoolean stop) {
    return () ->
        new Iterator<>() {
          private final Iterator<Path> all = images.iterator();

          @Override
          public boolean hasNext() {
            return !stop.get() && all.hasNext();
          }

          @Override
          public Path next() {
            return all.next();
          }
        };
  }

  private Row row(Outcome outcome, Path name, boolean drawOverlays, Report report) {
    if (outcome instanceof Outcome.Failed f) {
      return new Row(report.failed(f), true, false);
    }
    Outcome.Scored s = (Outcome.Scored) outcome;
    // at the image's size once, for map and overlay
    boolean wanted = drawOverlays || maps != Maps.none && mapSize == MapSize.image;
    AnomalyMap full = wanted ? s.detection().mapAtImageSize() : s.detection().map();
    AnomalyMap written = mapSize == MapSize.model ? s.detection().map() : full;
    Optional<Path> map =
        maps == Maps.none ? Optional.empty() : Optional.of(writeMap(written, name));
    Optional<Path> picture =
        drawOverlays ? Optional.of(writeOverlay(s, full, name)) : Optional.empty();
    return new Row(report.scored(s, map, picture), false, s.detection().anomalous());
  }

  private Path writeMap(AnomalyMap map, Path name) {
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

  private Path writeOverlay(Outcome.Scored s, AnomalyMap map, Path name) {
    Path to = out.resolve(name + ImageSearch.OVERLAY);
    AtomicFiles.write(
        to,
        o ->
            ImageWriter.png(
                Overlay.draw(s.pixels().orElseThrow(), map, s.detection().threshold()), o));
    return to;
  }
}
