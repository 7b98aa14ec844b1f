package dev.headclip.dataset;

import dev.headclip.HeadClipException;
import dev.headclip.image.ImageLoader;
import dev.headclip.image.ImageWriter;
import dev.headclip.image.RgbImage;
import dev.headclip.internal.files.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * AdaCLIP's preparation of KolektorSDD (docs/spec/datasets.md, SDD (b)): thirds of the images, a
 * third being anomalous where its label is not black; normal thirds are split 75/25 as
 * scikit-learn's train_test_split with random_state 42 splits them.
 */
public final class KolektorThirds {
  private static final String HOME = "electrical_commutators";

  private KolektorThirds() {}

  /** What was written. */
  public record Counts(int trainNormal, int testNormal, int testAnomalous) {}

  private record Third(String name, RgbImage image, Optional<RgbImage> mask) {}

  /**
   * @param raw as downloaded
   * @param out a new or empty folder
   */
  public static Counts prepare(Path raw, Path out) {
    KolektorLayout layout = new KolektorLayout();
    if (!layout.applies(raw)) {
      throw new HeadClipException(
          "%s: not KolektorSDD as published, expected %s".formatted(raw, layout.looks()));
    }
    requireEmpty(out);
    List<Sample> images = layout.read(raw, r -> {});
    // names only: pictures are read again when they are written
    List<String> normal = new ArrayList<>();
    for (Sample s : images) {
      thirds(s).stream().filter(t -> t.mask().isEmpty()).forEach(t -> normal.add(t.name()));
    }
    int tests = (int) Math.ceil(normal.size() * 0.25);
    List<String> test = new ArrayList<>();
    int[] order = NumpyRandom.permutation(42, normal.size());
    for (int i = 0; i < tests; i++) {
      test.add(normal.get(order[i]));
    }
    int anomalous = 0;
    Path home = out.resolve(HOME);
    for (Sample s : images) {
      for (Third t : thirds(s)) {
        if (t.mask().isPresent()) {
          anomalous++;
          write(home.resolve("test/defect/" + t.name() + ".png"), t.image());
          write(home.resolve("ground_truth/defect/" + t.name() + "_mask.png"), t.mask().get());
        } else {
          String part = test.contains(t.name()) ? "test" : "train";
          write(home.resolve(part + "/good/" + t.name() + ".png"), t.image());
        }
      }
    }
    return new Counts(normal.size() - tests, tests, anomalous);
  }

  private static void requireEmpty(Path out) {
    try (Stream<Path> files = Files.isDirectory(out) ? Files.list(out) : Stream.empty()) {
      if (files.findAny().isPresent()) {
        throw new HeadClipException("%s is not empty, expected a new folder".formatted(out));
      }
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be read (%s)".formatted(out, e), e);
    }
  }

  private static List<Third> thirds(Sample s) {
    ImageLoader loader = ImageLoader.defaults();
    try {
      RgbImage image = loader.load(s.image());
      Optional<RgbImage> mask = s.mask().map(m -> loader.mask(m).image());
      List<Third> all = new ArrayList<>();
      int[] rows = {0, image.height() / 3, 2 * (image.height() / 3), image.height()};
      for (int i = 0; i < 3; i++) {
        int top = rows[i];
        int height = rows[i + 1] - top;
        Optional<RgbImage> part =
            mask.map(m -> m.crop(0, top, m.width(), height)).filter(KolektorThirds::any);
        String name =
            "%s_%s_%d".formatted(Folders.name(s.image().getParent()), Folders.stem(s.image()), i);
        all.add(new Third(name, image.crop(0, top, image.width(), height), part));
      }
      return all;
    } catch (HeadClipException e) {
      throw new HeadClipException("%s: %s".formatted(s.image(), e.getMessage()), e);
    }
  }

  private static boolean any(RgbImage mask) {
    for (byte b : mask.rgb()) {
      if (b != 0) {
        return true;
      }
    }
    return false;
  }

  private static void write(Path file, RgbImage image) {
    AtomicFiles.write(file, out -> ImageWriter.png(image, out));
  }
}
