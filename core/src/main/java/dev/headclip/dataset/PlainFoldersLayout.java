package dev.headclip.dataset;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A folder of good images beside others, whose names are the kinds of defects: {@code good}, {@code
 * crack}, and masks in {@code mask/crack} where there are any. The root holds such folders, or
 * classes that do.
 */
record PlainFoldersLayout() implements Layout {
  private static final Set<String> NORMAL =
      Set.of("good", "ok", "normal", "healthy", "negative", "defect_free", "no_defect");
  private static final Set<String> MASKS =
      Set.of("mask", "masks", "ground_truth", "gt", "label", "labels", "annotation", "annotations");
  private static final Set<String> TRAINING = Set.of("train", "training", "val", "valid");

  @Override
  public boolean applies(Path root) {
    return !Folders.classes(root, PlainFoldersLayout::isClass).isEmpty();
  }

  private static boolean isClass(Path folder) {
    if (TRAINING.contains(lower(folder))) {
      return false;
    }
    List<Path> kinds = kinds(folder);
    return kinds.stream().anyMatch(k -> NORMAL.contains(lower(k)))
        && kinds.stream().anyMatch(k -> !NORMAL.contains(lower(k)));
  }

  private static String lower(Path folder) {
    return Folders.name(folder).toLowerCase(Locale.ROOT);
  }

  private static List<Path> kinds(Path folder) {
    return Folders.folders(folder).stream()
        .filter(f -> !MASKS.contains(lower(f)) && !Folders.imagesInDepth(f).isEmpty())
        .toList();
  }

  @Override
  public List<Sample> read(Path root, Consumer<String> remarks) {
    List<Sample> all = new ArrayList<>();
    Folders.classes(root, PlainFoldersLayout::isClass).forEach(c -> category(c, all, remarks));
    return all;
  }

  private static void category(Path home, List<Sample> all, Consumer<String> remarks) {
    Optional<Path> masks =
        Folders.folders(home).stream().filter(f -> MASKS.contains(lower(f))).findFirst();
    int loose = Folders.images(home).size();
    if (loose > 0) {
      remarks.accept("%s: %d images lie in no folder of a kind; left out".formatted(home, loose));
    }
    for (Path kind : kinds(home)) {
      boolean anomalous = !NORMAL.contains(lower(kind));
      List<Path> images = Folders.imagesInDepth(kind);
      Optional<Path> own =
          masks.filter(m -> anomalous).flatMap(m -> Folders.child(m, Folders.name(kind)));
      Map<Path, Path> pairs =
          own.map(m -> MaskPairs.of(m, images, Folders.imagesInDepth(m), remarks)).orElse(Map.of());
      for (Path image : images) {
        all.add(
            new Sample(
                image,
                Optional.ofNullable(pairs.get(image)),
                Folders.name(home),
                Folders.name(kind),
                anomalous));
      }
    }
  }

  @Override
  public String looks() {
    return "good/ beside folders of defects, with or without mask/DEFECT";
  }
}
