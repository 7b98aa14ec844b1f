package dev.headclip.dataset;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Images that are all anomalous in one folder, masks in another.
 *
 * @param category the class that they belong to
 * @param images names of the folder of images, the first that is there; "*" for every folder that
 *     is not the masks'
 * @param masks names of the folder of masks, the first that is there
 */
record PairedLayout(String category, List<String> images, List<String> masks) implements Layout {
  public PairedLayout {
    images = List.copyOf(images);
    masks = List.copyOf(masks);
  }

  private Optional<Path> first(Path root, List<String> names) {
    return names.stream().map(n -> path(root, n)).flatMap(Optional::stream).findFirst();
  }

  private static Optional<Path> path(Path root, String name) {
    Optional<Path> at = Optional.of(root);
    for (String part : name.split("/")) {
      at = at.flatMap(p -> Folders.child(p, part));
    }
    return at;
  }

  @Override
  public boolean applies(Path root) {
    return java.nio.file.Files.isDirectory(root)
        && first(root, masks).isPresent()
        && !imageFolders(root).isEmpty();
  }

  private List<Path> imageFolders(Path root) {
    Optional<Path> named = first(root, images);
    if (named.isPresent()) {
      List<Path> inside = Folders.folders(named.get());
      return Folders.images(named.get()).isEmpty() ? inside : List.of(named.get());
    }
    if (!images.contains("*")) {
      return List.of();
    }
    Path masked = first(root, masks).orElse(root);
    return Folders.folders(root).stream()
        .filter(f -> !f.equals(masked) && !Folders.images(f).isEmpty())
        .toList();
  }

  @Override
  public List<Sample> read(Path root, Consumer<String> remarks) {
    List<Path> truth = Folders.images(first(root, masks).orElseThrow());
    List<Path> all = new ArrayList<>();
    imageFolders(root).forEach(f -> all.addAll(Folders.images(f)));
    Map<Path, Path> pairs = MaskPairs.of(root, all, truth, remarks);
    return all.stream()
        .map(
            i ->
                new Sample(
                    i,
                    Optional.ofNullable(pairs.get(i)),
                    category,
                    Folders.name(i.getParent()).toLowerCase(Locale.ROOT),
                    true))
        .toList();
  }

  @Override
  public String looks() {
    return "%s/ and %s/".formatted(images.get(0), masks.get(0));
  }
}
