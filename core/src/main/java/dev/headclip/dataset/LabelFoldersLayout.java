package dev.headclip.dataset;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * One folder of normal and one of anomalous images, without masks. Other folders beside them are
 * left alone.
 *
 * @param category the class that they belong to
 * @param normal name of the normal folder, as a pattern
 * @param anomalous name of the anomalous one, as a pattern
 */
record LabelFoldersLayout(String category, Pattern normal, Pattern anomalous) implements Layout {
  private Optional<Path> find(Path root, Pattern name) {
    return Folders.folders(root).stream()
        .filter(f -> name.matcher(Folders.name(f)).matches())
        .findFirst();
  }

  @Override
  public boolean applies(Path root) {
    return Files.isDirectory(root)
        && find(root, normal).isPresent()
        && find(root, anomalous).isPresent();
  }

  @Override
  public List<Sample> read(Path root, Consumer<String> remarks) {
    List<Sample> all = new ArrayList<>();
    add(find(root, normal).orElseThrow(), false, all);
    add(find(root, anomalous).orElseThrow(), true, all);
    return all;
  }

  private void add(Path folder, boolean label, List<Sample> all) {
    List<Path> images = Folders.images(folder);
    if (images.isEmpty()) {
      // the second release of COVID-19 has NORMAL/images and NORMAL/masks (of the lungs)
      images = Folders.child(folder, "images").map(Folders::images).orElse(List.of());
    }
    for (Path i : images) {
      all.add(new Sample(i, Optional.empty(), category, Folders.name(folder), label));
    }
  }

  @Override
  public String looks() {
    return "folders %s and %s".formatted(normal, anomalous);
  }
}
