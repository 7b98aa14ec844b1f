package dev.headclip.app;

import dev.headclip.HeadClipException;
import dev.headclip.dataset.AnnotatedSet;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which annotated data set. */
final class DataOptions {
  @Option(
      names = "--dataset",
      paramLabel = "NAME",
      description =
          "One of the paper's, see 'datasets list' (default: any folder in MVTec layout, with a meta.json, or a .csv manifest).")
  private Optional<String> dataset;

  @Option(names = "--root", paramLabel = "DIR|FILE.csv", description = "Its folder, or a manifest.")
  private Optional<Path> root;

  boolean isGiven() {
    return root.isPresent();
  }

  AnnotatedSet read() {
    return AnnotatedSet.read(dataset, root());
  }

  Path root() {
    return root.orElseThrow(
        () -> new HeadClipException("no --root; name the folder of the annotated images"));
  }

  Optional<String> dataset() {
    return dataset;
  }
}
