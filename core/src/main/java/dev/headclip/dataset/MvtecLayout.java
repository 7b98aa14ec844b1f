package dev.headclip.dataset;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * MVTec AD's layout: {@code CLASS/test/good}, {@code CLASS/test/DEFECT}, {@code
 * CLASS/ground_truth/DEFECT}; and those made after it: BTAD (the normal folder is {@code ok}),
 * MVTec LOCO AD (a folder of masks for an image), MVTec 3D-AD ({@code test/DEFECT/rgb} and {@code
 * gt}), MVTec AD 2 ({@code test_public} with its {@code ground_truth}). Folders below DEFECT are
 * searched. The root may also be one such class.
 */
public record MvtecLayout() implements Layout {
  static final Set<String> NORMAL = Set.of("good", "ok", "no", "normal");

  private static final String TRUTH = "ground_truth";
  private static final String RGB = "rgb";

  @Override
  public boolean applies(Path root) {
    return !Folders.classes(root, MvtecLayout::isClass).isEmpty();
  }

  private static Optional<Path> test(Path home) {
    return Folders.child(home, "test").or(() -> Folders.child(home, "test_public"));
  }

  private static boolean isClass(Path folder) {
    return test(folder)
        .filter(t -> kinds(t).stream().anyMatch(k -> !Folders.imagesInDepth(k).isEmpty()))
        .isPresent();
  }

  private static List<Path> kinds(Path test) {
    return Folders.folders(test).stream()
        .filter(k -> !Folders.name(k).equalsIgnoreCase(TRUTH))
        .toList();
  }

  @Override
  public List<Sample> read(Path root, Consumer<String> remarks) {
    List<Sample> all = new ArrayList<>();
    List<Path> classes = Folders.classes(root, MvtecLayout::isClass);
    classes.forEach(c -> category(c, all, remarks));
    Folders.folders(root).stream()
        .filter(c -> !classes.contains(root) && !classes.contains(c) && test(c).isPresent())
        .forEach(c -> remarks.accept("%s: no images in its test folders; left out".formatted(c)));
    return all;
  }

  /** The same where nobody wants to hear of it. */
  public List<Sample> read(Path root) {
    return read(root, r -> {});
  }

  private static void category(Path home, List<Sample> all, Consumer<String> remarks) {
    Path test = test(home).orElseThrow();
    Optional<Path> truth = Folders.child(home, TRUTH).or(() -> Folders.child(test, TRUTH));
    int loose = Folders.images(test).size();
    if (loose > 0) {
      remarks.accept("%s: %d images lie in no folder of a kind; left out".formatted(test, loose));
    }
    for (Path kind : kinds(test)) {
      String k = Folders.name(kind);
      boolean anomalous = !NORMAL.contains(k.toLowerCase(Locale.ROOT));
      // 3D-AD has depths in a folder beside the colours
      Path colours = Folders.child(kind, RGB).orElse(kind);
      List<Path> images = Folders.imagesInDepth(colours);
      if (images.isEmpty()) {
        remarks.accept("%s: no images".formatted(kind));
      }
      Optional<Path> of =
          colours.equals(kind)
              ? truth.flatMap(t -> Folders.child(t, k))
              : Folders.child(kind, "gt");
      Map<Path, Path> masks =
          anomalous && of.isPresent() && !images.isEmpty()
              ? masks(colours, images, of.get(), remarks)
              : Map.of();
      for (Path image : images) {
        all.add(
            new Sample(
                image, Optional.ofNullable(masks.get(image)), Folders.name(home), k, anomalous));
      }
    }
  }

  /** A mask's file, or the folder that holds the masks of one image. */
  private static Map<Path, Path> masks(
      Path images, List<Path> all, Path truth, Consumer<String> remarks) {
    Map<Path, Path> pairs = new LinkedHashMap<>();
    for (Path image : all) {
      Path folder = truth.resolve(way(images, image));
      if (Files.isDirectory(folder) && !Folders.images(folder).isEmpty()) {
        pairs.put(image, folder);
      }
    }
    List<Path> rest = all.stream().filter(i -> !pairs.containsKey(i)).toList();
    List<Path> files =
        Folders.imagesInDepth(truth).stream()
            .filter(m -> !pairs.containsValue(m.getParent()))
            .toList();
    if (!rest.isEmpty()) {
      pairs.putAll(
          MaskPairs.of(
              truth, rest, files, p -> way(p.startsWith(truth) ? truth : images, p), remarks));
    }
    return pairs;
  }

  /** A file's way below a folder, without its ending. */
  private static String way(Path home, Path file) {
    Path relative = home.relativize(file);
    String stem = Folders.stem(file);
    return relative.getParent() == null
        ? stem
        : relative.getParent().resolve(stem).toString().replace('\\', '/');
  }

  @Override
  public String looks() {
    return "CLASS/test/good, CLASS/test/DEFECT, CLASS/ground_truth/DEFECT";
  }
}
