package dev.headclip.app;

import dev.headclip.HeadClipException;
import dev.headclip.dataset.FileState;
import dev.headclip.dataset.Folders;
import dev.headclip.detect.DetectorBuilder;
import dev.headclip.detect.ImageSource;
import dev.headclip.detect.RegionSource;
import dev.headclip.image.ImageFormat;
import dev.headclip.image.ImageLoader;
import dev.headclip.image.RegionOfInterest;
import dev.headclip.image.Tiling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** Which parts of images are looked at, and which pixels count, as flags. */
final class RegionOptions {
  @Option(
      names = "--mask",
      paramLabel = "FILE|DIR",
      description =
          "What counts is white in it: one picture for all images, or a folder with one for each, called as it or NAME_mask.")
  private Optional<Path> mask;

  @Option(
      names = "--ignore",
      paramLabel = "FILE|DIR",
      description = "The same, but what is white is ignored.")
  private Optional<Path> ignore;

  @Option(
      names = "--tiles",
      paramLabel = "auto|N|PIXELS",
      defaultValue = "none",
      description =
          "Cut images into overlapping squares: N along the longer side (1 to 63), squares of PIXELS, or auto, the network's own size where that makes at most 100. The score is the highest of theirs.")
  private String tiles;

  enum Resize {
    squash,
    fit
  }

  @Option(
      names = "--resize",
      paramLabel = "squash|fit",
      defaultValue = "squash",
      description =
          "A whole image to the network's square: squashed, or in its shape with its borders mirrored (default: ${DEFAULT-VALUE}).")
  private Resize resize;

  /** A detector's builder that looks at these regions. */
  DetectorBuilder on(DetectorBuilder builder) {
    return builder.regions(source()).tiling(tiling());
  }

  /** What images are cut into. */
  Tiling tiling() {
    return Tiling.parse(tiles, resize == Resize.fit);
  }

  /**
   * What tiles cost, from the images' headers; empty where there are none.
   *
   * @param network side of the network's input
   */
  Optional<String> cost(List<Path> images, int network) {
    Tiling tiling = tiling();
    if (tiling.kind() == Tiling.Kind.NONE) {
      return Optional.empty();
    }
    long passes = 0;
    String most = "";
    int largest = 0;
    for (Path image : images) {
      try {
        ImageLoader.Header h = ImageLoader.defaults().header(image);
        List<Tiling.Part> parts = tiling.parts(h.width(), h.height(), network);
        passes += parts.size();
        if (parts.size() > largest) {
          largest = parts.size();
          most =
              "%d squares of %d pixels in %s"
                  .formatted(largest, parts.get(0).width(), image.getFileName());
        }
      } catch (HeadClipException e) {
        // told when its turn comes
        passes++;
      }
    }
    return Optional.of(
        "%d passes of the network for %d file%s, at most %s"
            .formatted(passes, images.size(), images.size() == 1 ? "" : "s", most));
  }

  /** What of it results depend on, for files that must not be mixed. */
  Map<String, Object> identity() {
    Map<String, Object> all = new LinkedHashMap<>();
    if (!tiling().plain()) {
      all.put("tiling", tiling().toString());
    }
    mask.ifPresent(m -> all.put("mask", FileState.of(m)));
    ignore.ifPresent(m -> all.put("ignore", FileState.of(m)));
    return all;
  }

  /** Reads masks when their images come. */
  RegionSource source() {
    if (mask.isPresent() && ignore.isPresent()) {
      throw new HeadClipException("--mask and --ignore together; name one of them");
    }
    Optional<Path> from = mask.or(() -> ignore);
    if (from.isEmpty()) {
      return RegionSource.all();
    }
    boolean inverted = ignore.isPresent();
    String flag = inverted ? "--ignore" : "--mask";
    if (Files.isDirectory(from.get())) {
      return (image, loader) -> Optional.of(read(loader, named(from.get(), image), inverted));
    }
    if (!Files.exists(from.get())) {
      throw new HeadClipException("%s %s: no such file or folder".formatted(flag, from.get()));
    }
    // one for all is read once, and wrong ones end the run before it begins
    RegionOfInterest one;
    try {
      one = read(ImageLoader.defaults(), from.get(), inverted);
    } catch (HeadClipException e) {
      throw new HeadClipException("%s %s".formatted(flag, e.getMessage()), e);
    }
    return RegionSource.of(one);
  }

  private static RegionOfInterest read(ImageLoader loader, Path file, boolean inverted) {
    try {
      return RegionOfInterest.of(loader.load(file), inverted);
    } catch (HeadClipException e) {
      throw new HeadClipException("%s: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** The picture called as an image, below the folder that the image's own parents show. */
  private static Path named(Path folder, ImageSource image) {
    Path file = Path.of(image.id().replaceAll("\\[\\d+]$", ""));
    String stem = Folders.stem(file);
    for (int parents = Math.min(2, file.getNameCount() - 1); parents >= 0; parents--) {
      int n = file.getNameCount();
      Path below =
          parents == 0 ? folder : folder.resolve(file.subpath(n - 1 - parents, n - 1).toString());
      Optional<Path> found = in(below, stem);
      if (found.isPresent()) {
        return found.get();
      }
    }
    throw new HeadClipException("no mask called %s or %s_mask in %s".formatted(stem, stem, folder));
  }

  private static Optional<Path> in(Path folder, String stem) {
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    try (Stream<Path> all = Files.list(folder)) {
      List<Path> found =
          all.filter(p -> Folders.stem(p).equals(stem) || Folders.stem(p).equals(stem + "_mask"))
              .filter(p -> ImageFormat.of(p).filter(ImageFormat::readable).isPresent())
              .sorted(Comparator.comparing(p -> Folders.stem(p).length()))
              .toList();
      return found.stream().findFirst();
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be read (%s)".formatted(folder, e), e);
    }
  }
}
