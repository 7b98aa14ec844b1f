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
import java.util.stream.Collectors;

/**
 * Annotated images of one data set.
 *
 * @param name for reports
 * @param root its folder or manifest
 * @param known which of the paper's sets it is
 * @param samples by class, then kind, then name; never empty
 * @param remarks what was not understood or had to be guessed, for the user
 */
public record AnnotatedSet(
    String name,
    Path root,
    Optional<KnownDataset> known,
    List<Sample> samples,
    List<String> remarks) {
  private static final List<Layout> ANY =
      List.of(
          new ManifestLayout(),
          new MvtecLayout(),
          new VisaLayout(),
          new MetaJsonLayout(),
          new PlainFoldersLayout());

  public AnnotatedSet {
    Objects.requireNonNull(name, "name");
    samples = List.copyOf(samples);
    remarks = List.copyOf(remarks);
    if (samples.isEmpty()) {
      throw new IllegalArgumentException("%s: no images".formatted(root));
    }
  }

  /** One of which there is nothing to remark. */
  public AnnotatedSet(String name, Path root, Optional<KnownDataset> known, List<Sample> samples) {
    this(name, root, known, samples, List.of());
  }

  /** The same images under another name. */
  public AnnotatedSet named(String other) {
    return new AnnotatedSet(other, root, known, samples, remarks);
  }

  /** Some of its images. */
  public AnnotatedSet only(List<Sample> some) {
    return new AnnotatedSet(name, root, known, some, remarks);
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
    Optional<AnnotatedSet> here = at(root, root, known, layouts);
    if (here.isPresent()) {
      return here.get();
    }
    List<AnnotatedSet> below = new ArrayList<>();
    for (Path home : homes(root)) {
      // a class of a set that was found already is no set of its own
      if (below.stream().noneMatch(s -> home.startsWith(s.root()))) {
        at(root, home, known, layouts).ifPresent(below::add);
      }
    }
    return chosen(root, known, layouts, below);
  }

  /** Several sets as one, to be trained on; its root is the folder that holds them all. */
  public static AnnotatedSet joined(List<AnnotatedSet> sets) {
    if (sets.size() == 1) {
      return sets.get(0);
    }
    List<Sample> all = sets.stream().flatMap(s -> s.samples().stream()).toList();
    String name = sets.stream().map(AnnotatedSet::name).collect(Collectors.joining("+"));
    Path home = sets.get(0).root().toAbsolutePath().normalize();
    for (AnnotatedSet s : sets) {
      while (!s.root().toAbsolutePath().normalize().startsWith(home)) {
        home = home.getParent();
      }
    }
    List<String> remarks = sets.stream().flatMap(s -> s.remarks().stream()).toList();
    return new AnnotatedSet(name, home, Optional.empty(), all, remarks);
  }

  private static Optional<AnnotatedSet> at(
      Path root, Path home, Optional<KnownDataset> known, List<Layout> layouts) {
    for (Layout l : layouts) {
      if (l.applies(home)) {
        List<String> remarks = new ArrayList<>();
        List<Sample> samples = l.read(home, remarks::add);
        if (!samples.isEmpty()) {
          return Optional.of(
              new AnnotatedSet(
                  known.map(KnownDataset::name).orElseGet(() -> stem(root)),
                  home,
                  known,
                  samples,
                  remarks));
        }
      }
    }
    return Optional.empty();
  }

  /** A folder of downloads may hold several sets of one layout: none is ever taken for another. */
  private static AnnotatedSet chosen(
      Path root, Optional<KnownDataset> known, List<Layout> layouts, List<AnnotatedSet> found) {
    List<AnnotatedSet> fit = found;
    if (known.isPresent() && known.get().published().size() > 1) {
      fit = found.stream().filter(AnnotatedSet::hasPublishedClasses).toList();
    } else if (known.isPresent() && found.size() > 1) {
      fit = found.stream().filter(s -> s.isCalledLike(root)).toList();
    }
    if (fit.size() == 1) {
      return fit.get(0);
    }
    String name = known.map(KnownDataset::name).orElse("a data set");
    if (fit.size() > 1 || !found.isEmpty()) {
      throw new HeadClipException(
          "%s: which of these is %s? %s; give that folder itself"
              .formatted(
                  root,
                  name,
                  String.join(
                      ", ",
                      (fit.isEmpty() ? found : fit)
                          .stream().map(s -> s.root().toString()).toList())));
    }
    throw new HeadClipException(
        "%s: no images of %s found, expected one of: %s"
            .formatted(
                root, name, String.join("; ", layouts.stream().map(Layout::looks).toList())));
  }

  private boolean hasPublishedClasses() {
    var names =
        known.orElseThrow().published().keySet().stream().map(KnownDataset::sameName).toList();
    return samples.stream().anyMatch(s -> names.contains(KnownDataset.sameName(s.category())));
  }

  private boolean isCalledLike(Path top) {
    KnownDataset k = known.orElseThrow();
    String path = KnownDataset.plain(top.relativize(root).toString());
    return path.contains(KnownDataset.plain(k.name()))
        || path.contains(KnownDataset.plain(k.paperName()));
  }

  private static String stem(Path root) {
    return Files.isDirectory(root) ? Folders.name(root) : Folders.stem(root);
  }

  private static List<Path> homes(Path root) {
    List<Path> all = new ArrayList<>();
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

  /** The published classes of a known set that are not there. */
  public List<String> missingClasses() {
    List<String> there =
        samples.stream().map(Sample::category).map(KnownDataset::sameName).distinct().toList();
    return known.stream()
        .flatMap(k -> k.published().keySet().stream())
        .filter(n -> !there.contains(KnownDataset.sameName(n)))
        .toList();
  }

  /** Whether pixel figures are possible. */
  public boolean hasMasks() {
    return samples.stream().anyMatch(s -> s.mask().isPresent());
  }
}
