package dev.headclip.dataset;

import dev.headclip.HeadClipException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** HeadCT as published: {@code head_ct/000.png} .. and {@code labels.csv} with id, hemorrhage. */
record HeadCtLayout() implements Layout {
  @Override
  public boolean applies(Path root) {
    return Files.isRegularFile(root.resolve("labels.csv"))
        && Folders.child(root, "head_ct").isPresent();
  }

  @Override
  public List<Sample> read(Path root, Consumer<String> remarks) {
    Path labels = root.resolve("labels.csv");
    Map<Integer, Boolean> byId = new HashMap<>();
    for (CsvTable.Row row : CsvTable.read(labels, "id", "hemorrhage").rows()) {
      if (!row.get("id").matches("\\d{1,6}") || !row.get("hemorrhage").matches("[01]")) {
        throw new HeadClipException(
            "%s line %d: expected a number and 0 or 1".formatted(labels, row.line()));
      }
      byId.put(Integer.parseInt(row.get("id")), row.get("hemorrhage").equals("1"));
    }
    Path folder = Folders.child(root, "head_ct").orElseThrow();
    // some copies have the images one folder deeper
    Path images = Folders.child(folder, "head_ct").orElse(folder);
    List<Sample> all = new ArrayList<>();
    for (Path i : Folders.images(images)) {
      String stem = Folders.stem(i);
      Optional<Boolean> label =
          stem.matches("\\d{1,6}")
              ? Optional.ofNullable(byId.get(Integer.parseInt(stem)))
              : Optional.empty();
      label.ifPresent(
          l -> all.add(new Sample(i, Optional.empty(), "brain", l ? "hemorrhage" : "good", l)));
    }
    return all;
  }

  @Override
  public String looks() {
    return "labels.csv and head_ct/000.png";
  }
}
