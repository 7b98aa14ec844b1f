package dev.headclip.dataset;

import dev.headclip.HeadClipException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A CSV manifest: image, label and, if wanted, mask, class, split. Paths are relative to the file;
 * where there is a split, its "test" is read.
 */
public record ManifestLayout() implements Layout {
  private static final Set<String> NORMAL = Set.of("0", "0.0", "normal", "good", "ok", "false");
  private static final Set<String> ANOMALOUS =
      Set.of("1", "1.0", "anomaly", "anomalous", "abnormal", "defect", "bad", "true");

  @Override
  public boolean applies(Path root) {
    return Files.isRegularFile(root)
        && Folders.name(root).toLowerCase(Locale.ROOT).endsWith(".csv");
  }

  @Override
  public List<Sample> read(Path file, Consumer<String> remarks) {
    Path base = file.toAbsolutePath().getParent();
    List<Sample> all = new ArrayList<>();
    for (CsvTable.Row row : CsvTable.read(file, "image", "label").rows()) {
      String split = row.get("split");
      if (!split.isEmpty() && !split.equalsIgnoreCase("test")) {
        continue;
      }
      boolean anomalous = label(file, row);
      Optional<Path> mask =
          Optional.of(row.get("mask")).filter(m -> !m.isEmpty()).map(m -> Folders.named(base, m));
      String category = row.get("class").isEmpty() ? Folders.stem(file) : row.get("class");
      all.add(
          new Sample(
              Folders.named(base, row.get("image")),
              anomalous ? mask : Optional.empty(),
              category,
              anomalous ? "anomaly" : "good",
              anomalous));
    }
    all.sort(Comparator.comparing(Sample::category));
    return all;
  }

  /** A cell {@code label}: 0 or 1, or a word for them. */
  public static boolean label(Path file, CsvTable.Row row) {
    String text = row.get("label").toLowerCase(Locale.ROOT);
    if (NORMAL.contains(text)) {
      return false;
    }
    if (ANOMALOUS.contains(text)) {
      return true;
    }
    throw new HeadClipException(
        "%s line %d: label is \"%s\", expected 0 or 1".formatted(file, row.line(), text));
  }

  @Override
  public String looks() {
    return "a .csv file with the columns image,label[,mask,class,split]";
  }
}
