package dev.headclip.app;

import dev.headclip.HeadClipException;
import dev.headclip.dataset.AnnotatedSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which annotated data set, or several as one. */
final class DataOptions {
  @Option(
      names = "--dataset",
      split = ConfigFile.SEPARATOR,
      splitSynopsisLabel = "",
      paramLabel = "NAME",
      description =
          "One of the paper's, see 'datasets list' (default: any folder in MVTec layout, with a meta.json, or a .csv manifest).")
  private List<String> datasets = new ArrayList<>();

  @Option(
      names = "--root",
      split = ConfigFile.SEPARATOR,
      splitSynopsisLabel = "",
      paramLabel = "DIR|FILE.csv",
      description =
          "Its folder, or a manifest; given more than once, several sets are taken as one.")
  private List<Path> roots = new ArrayList<>();

  boolean isGiven() {
    return !roots.isEmpty();
  }

  AnnotatedSet read() {
    List<Path> all = roots();
    if (!datasets.isEmpty() && datasets.size() != all.size()) {
      throw new HeadClipException(
          "--dataset %s for --root %s, expected one for each, in their order"
              .formatted(datasets, all));
    }
    List<AnnotatedSet> sets = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      Optional<String> name = datasets.isEmpty() ? Optional.empty() : Optional.of(datasets.get(i));
      sets.add(AnnotatedSet.read(name, all.get(i)));
    }
    return said(AnnotatedSet.joined(sets));
  }

  /** A set, once its remarks are told. */
  static AnnotatedSet said(AnnotatedSet set) {
    set.remarks().forEach(r -> System.err.println("note: " + r));
    return set;
  }

  List<Path> roots() {
    if (roots.isEmpty()) {
      throw new HeadClipException("no --root; name the folder of the annotated images");
    }
    return roots;
  }

  List<String> datasets() {
    return datasets;
  }
}
