package dev.headclip.dataset;

import dev.headclip.HeadClipException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * VisA as published: {@code split_csv/1cls.csv} with object, split, label, image, mask; masks hold
 * small class numbers, so that every value above 0 counts.
 */
record VisaLayout() implements Layout {
  private static final String SPLIT = "split_csv/1cls.csv";

  @Override
  public boolean applies(Path root) {
    return Files.isRegularFile(root.resolve(SPLIT));
  }

  @Override
  public List<Sample> read(Path root, Consumer<String> remarks) {
    List<Sample> all = new ArrayList<>();
    CsvTable table =
        CsvTable.read(root.resolve(SPLIT), "object", "split", "label", "image", "mask");
    for (CsvTable.Row row : table.rows()) {
      if (!row.get("split").equalsIgnoreCase("test")) {
        continue;
      }
      boolean anomalous = row.get("label").equalsIgnoreCase("anomaly");
      if (!anomalous && !row.get("label").equalsIgnoreCase("normal")) {
        throw new HeadClipException(
            "%s line %d: label is %s, expected normal or anomaly"
                .formatted(root.resolve(SPLIT), row.line(), row.get("label")));
      }
      Optional<Path> mask =
          Optional.of(row.get("mask"))
              .filter(m -> anomalous && !m.isEmpty())
              .map(m -> Folders.named(root, m));
      all.add(
          new Sample(
              Folders.named(root, row.get("image")),
              mask,
              row.get("object"),
              anomalous ? "anomaly" : "good",
              anomalous));
    }
    // a stable sort: the file's order stays inside a class
    all.sort(Comparator.comparing(Sample::category));
    return all;
  }

  @Override
  public String looks() {
    return SPLIT + " and CLASS/Data/...";
  }
}
