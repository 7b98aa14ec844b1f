package dev.headclip.dataset;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * DAGM 2007: {@code ClassN/Test/NNNN.PNG}; an image is anomalous where {@code Label/} holds a mask
 * of its number.
 */
record DagmLayout() implements Layout {
  @Override
  public boolean applies(Path root) {
    return java.nio.file.Files.isDirectory(root) && !classes(root).isEmpty();
  }

  private static List<Path> classes(Path root) {
    return Folders.folders(root).stream()
        .filter(c -> Folders.name(c).matches("(?i)class\\d+"))
        .filter(c -> Folders.child(c, "test").flatMap(t -> Folders.child(t, "label")).isPresent())
        .sorted(Comparator.comparingInt(c -> Integer.parseInt(Folders.name(c).substring(5))))
        .toList();
  }

  @Override
  public List<Sample> read(Path root, Consumer<String> remarks) {
    List<Sample> all = new ArrayList<>();
    for (Path c : classes(root)) {
      Path test = Folders.child(c, "test").orElseThrow();
      List<Path> images = Folders.images(test);
      List<Path> labels = Folders.images(Folders.child(test, "label").orElseThrow());
      Map<Path, Path> masks = MaskPairs.byName(images, labels);
      for (Path image : images) {
        Optional<Path> mask = Optional.ofNullable(masks.get(image));
        all.add(
            new Sample(
                image,
                mask,
                Folders.name(c),
                mask.isPresent() ? "defect" : "good",
                mask.isPresent()));
      }
    }
    return all;
  }

  @Override
  public String looks() {
    return "ClassN/Test/NNNN.PNG and ClassN/Test/Label/NNNN_label.PNG";
  }
}
