package dev.headclip.dataset;

import dev.headclip.HeadClipException;
import dev.headclip.image.ImageLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A folder in MVTec AD's layout: {@code CLASS/test/good}, {@code CLASS/test/DEFECT}, {@code
 * CLASS/ground_truth/DEFECT}. The root may also be one such class. Images and masks are paired by
 * name: the mask's stem is the image's, or that and {@code _mask}.
 */
public final class MvtecFolder {
  private static final Set<String> NORMAL = Set.of("good", "ok", "normal");

  private MvtecFolder() {}

  /** All images of the test part, in order of class, kind, name. */
  public static List<Sample> test(Path root) {
    if (!Files.isDirectory(root)) {
      throw new HeadClipException("%s: no such folder".formatted(root));
    }
    List<Sample> all = new ArrayList<>();
    if (Files.isDirectory(root.resolve("test"))) {
      category(root, all);
    } else {
      for (Path c : folders(root)) {
        if (Files.isDirectory(c.resolve("test"))) {
          category(c, all);
        }
      }
    }
    if (all.isEmpty()) {
      throw new HeadClipException(
          "%s: no images, expected MVTec layout: CLASS/test/good, CLASS/test/DEFECT, CLASS/ground_truth/DEFECT"
              .formatted(root));
    }
    return all;
  }

  private static void category(Path home, List<Sample> all) {
    String name = home.toAbsolutePath().normalize().getFileName().toString();
    for (Path kind : folders(home.resolve("test"))) {
      String k = kind.getFileName().toString();
      boolean anomalous = !NORMAL.contains(k);
      Map<String, Path> masks =
          anomalous ? byStem(home.resolve("ground_truth").resolve(k)) : Map.of();
      for (Path image : images(kind)) {
        String stem = stem(image);
        Optional<Path> mask =
            Optional.ofNullable(masks.get(stem + "_mask"))
                .or(() -> Optional.ofNullable(masks.get(stem)));
        all.add(new Sample(image, mask, name, k, anomalous));
      }
    }
  }

  private static Map<String, Path> byStem(Path folder) {
    Map<String, Path> all = new TreeMap<>();
    if (Files.isDirectory(folder)) {
      images(folder).forEach(f -> all.put(stem(f), f));
    }
    return all;
  }

  private static String stem(Path file) {
    String name = file.getFileName().toString();
    return name.substring(0, name.lastIndexOf('.'));
  }

  private static List<Path> folders(Path parent) {
    return list(parent, Files::isDirectory);
  }

  private static List<Path> images(Path parent) {
    return list(parent, f -> ImageLoader.looksLikeImage(f) && Files.isRegularFile(f));
  }

  private static List<Path> list(Path parent, java.util.function.Predicate<Path> wanted) {
    try (Stream<Path> files = Files.list(parent)) {
      return files.filter(wanted).sorted().toList();
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be read (%s)".formatted(parent, e), e);
    }
  }
}
