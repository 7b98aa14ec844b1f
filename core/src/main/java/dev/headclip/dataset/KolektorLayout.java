package dev.headclip.dataset;

import dev.headclip.image.ImageLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * KolektorSDD as published: {@code kosNN/PartN.jpg} and {@code PartN_label.bmp}; an image is
 * anomalous where its label is not black. All images are read: there is no split.
 */
record KolektorLayout() implements Layout {
  static final String CLASS = "electrical commutators";

  @Override
  public boolean applies(Path root) {
    return Files.isDirectory(root) && !parts(root).isEmpty();
  }

  private static List<Path> parts(Path root) {
    return Folders.folders(root).stream()
        .filter(f -> Folders.name(f).matches("(?i)kos\\d+"))
        .toList();
  }

  @Override
  public List<Sample> read(Path root, Consumer<String> remarks) {
    ImageLoader loader = ImageLoader.defaults();
    List<Sample> all = new ArrayList<>();
    for (Path part : parts(root)) {
      List<Path> files = Folders.images(part);
      List<Path> labels = files.stream().filter(f -> Folders.stem(f).endsWith("_label")).toList();
      List<Path> images = files.stream().filter(f -> !labels.contains(f)).toList();
      Map<Path, Path> masks = MaskPairs.byName(images, labels);
      for (Path i : images) {
        boolean anomalous = masks.containsKey(i) && MaskReader.any(loader, masks.get(i));
        all.add(
            new Sample(
                i,
                anomalous ? Optional.of(masks.get(i)) : Optional.empty(),
                CLASS,
                anomalous ? "defect" : "good",
                anomalous));
      }
    }
    return all;
  }

  @Override
  public String looks() {
    return "kosNN/PartN.jpg and kosNN/PartN_label.bmp";
  }
}
