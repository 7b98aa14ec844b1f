package dev.headclip.dataset;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * MVTec AD's layout: {@code CLASS/test/good}, {@code CLASS/test/DEFECT}, {@code
 * CLASS/ground_truth/DEFECT}; BTAD's too, where the normal folder is {@code ok}. The root may also
 * be one such class.
 */
public record MvtecLayout() implements Layout {
  private static final Set<String> NORMAL = Set.of("good", "ok", "no", "normal");

  @Override
  public boolean applies(Path root) {
    return isClass(root)
        || java.nio.file.Files.isDirectory(root)
            && Folders.folders(root).stream().anyMatch(MvtecLayout::isClass);
  }

  private static boolean isClass(Path folder) {
    return Folders.child(folder, "test")
        .filter(t -> Folders.folders(t).stream().anyMatch(k -> !Folders.images(k).isEmpty()))
        .isPresent();
  }

  @Override
  public List<Sample> read(Path root) {
    List<Sample> all = new ArrayList<>();
    if (isClass(root)) {
      category(root, all);
    } else {
      Folders.folders(root).stream().filter(MvtecLayout::isClass).forEach(c -> category(c, all));
    }
    return all;
  }

  private static void category(Path home, List<Sample> all) {
    Optional<Path> truth = Folders.child(home, "ground_truth");
    for (Path kind : Folders.folders(Folders.child(home, "test").orElseThrow())) {
      String k = Folders.name(kind);
      boolean anomalous = !NORMAL.contains(k.toLowerCase(Locale.ROOT));
      List<Path> images = Folders.images(kind);
      Map<Path, Path> masks =
          anomalous
              ? truth
                  .flatMap(t -> Folders.child(t, k))
                  .map(t -> MaskPairs.of(images, Folders.images(t)))
                  .orElse(Map.of())
              : Map.of();
      for (Path image : images) {
        all.add(
            new Sample(
                image, Optional.ofNullable(masks.get(image)), Folders.name(home), k, anomalous));
      }
    }
  }

  @Override
  public String looks() {
    return "CLASS/test/good, CLASS/test/DEFECT, CLASS/ground_truth/DEFECT";
  }
}
