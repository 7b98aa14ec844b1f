package dev.headclip.dataset;

import dev.headclip.HeadClipException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Annotated images of one data set.
 *
 * @param name for reports
 * @param root its folder or manifest
 * @param known which of the paper's sets it is
 * @param samples by class, then kind, then name; never empty
 */
public record AnnotatedSet(
    String name, Path root, Optional<KnownDataset> known, List<Sample> samples) {
  private static final List<Layout> ANY =
      List.of(new ManifestLayout(), new MvtecLayout(), new VisaLayout(), new MetaJsonLayout());

  public AnnotatedSet {
    Objects.requireNonNull(name, "name");
    samples = List.copyOf(samples);
    if (samples.isEmpty()) {
      throw new IllegalArgumentException("%s: no images".formatted(root));
    }
  }

  /**
   * Reads a data set in whichever of its layouts it lies; the folder may be up to two levels above
   * it.
   *
   * @param dataset one of the paper's; empty for any folder in MVTec layout, with a meta.json, or a
   *     CSV manifest
   * @throws HeadClipException naming the layouts that were expected
   */
  public static AnnotatedSet read(Optional<String> dataset, Path root) {
    Optional<KnownDataset> known = dataset.map(KnownDatasets::named);
    if (!Files.exists(root)) {
      throw new HeadClipException(
          "%s: no such folder%s"
              .formatted(root, known.map(k -> "; get it from " + k.source()).orElse("")));
    }
    List<Layout> layouts = known.map(KnownDataset::layouts).orElse(ANY);
    for (Path home : homes(root)) {
      for (Layout l : layouts) {
        if (l.applies(home)) {
          List<Sample> samples = l.read(home);
          if (!samples.isEmpty()) {
            return new AnnotatedSet(
                known.map(KnownDataset::name).orElseGet(() -> stem(root)), home, known, samples);
          }
        }
      }
    }
    throw new HeadClipException(
        "%s: no images of %s found, expected one of: %s"
            .formatted(
                root,
                known.map(KnownDataset::name).orElse("a data set"),
                String.join("; ", layouts.stream().map(Layout::looks).toList())));
  }

  private static String stem(Path root) {
    return Files.isDirectory(root) ? Folders.name(root) : Folders.stem(root);
  }

  private static List<Path> homes(Path root) {
    List<Path> all = new ArrayList<>(List.of(root));
    if (Files.isDirectory(root)) {
      List<Path> children = Folders.folders(root);
      all.addAll(children);
      children.forEach(c -> all.addAll(Folders.folders(c)));
    }
    return all;
  }

  /** Images by class. */
  public Map<String, KnownDataset.Count> counts() {
    Map<String, KnownDataset.Count> all = new LinkedHashMap<>();
    samples.stream()
        .sorted(Comparator.comparing(Sample::category))
        .forEach(
            s ->
                all.merge(
                    s.category(),
                    new KnownDataset.Count(s.anomalous() ? 0 : 1, s.anomalous() ? 1 : 0),
                    KnownDataset.Count::plus));
    return all;
  }

  /** Whether pixel figures are possible. */
  public boolean hasMasks() {
    return samples.stream().anyMatch(s -> s.mask().isPresent());
  }
}
