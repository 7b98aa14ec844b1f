package dev.headclip.app;

import dev.headclip.HeadClipException;
import dev.headclip.dataset.AnnotatedSet;
import dev.headclip.dataset.KnownDataset;
import dev.headclip.dataset.KnownDatasets;
import dev.headclip.synth.DataSetWriter;
import dev.headclip.synth.Generator;
import dev.headclip.training.TrainingData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds, draws and reads the data sets of a plan, each once. */
final class BenchmarkData {
  private final Optional<Path> downloads;
  private final Path drawn;
  private final Map<BenchmarkPlan.Source, TrainingData> read = new HashMap<>();

  /**
   * @param downloads folder with a folder per data set
   * @param drawn where pictures are drawn to
   */
  BenchmarkData(Optional<Path> downloads, Path drawn) {
    this.downloads = downloads;
    this.drawn = drawn;
  }

  TrainingData get(BenchmarkPlan.Source s) {
    return read.computeIfAbsent(s, this::load);
  }

  private TrainingData load(BenchmarkPlan.Source s) {
    AnnotatedSet found =
        AnnotatedSet.joined(BenchmarkPlan.sources(s).stream().map(this::set).toList());
    AnnotatedSet named = DataOptions.said(found.named(s.name()));
    try (ProgressLine progress =
        ProgressLine.of("check " + s.name(), named.samples().size(), "images")) {
      TrainingData data = TrainingData.usable(named, n -> progress.at(n, ""));
      data.check().problems().forEach(p -> System.err.println("left out: " + p));
      return data;
    }
  }

  /** The images of a source, whose files are not opened. */
  AnnotatedSet set(BenchmarkPlan.Source s) {
    return s.count() > 0 ? draw(s) : AnnotatedSet.read(s.dataset(), root(s));
  }

  private AnnotatedSet draw(BenchmarkPlan.Source s) {
    Path to = drawn.resolve("drawn-%d-%d".formatted(s.seed(), s.count()));
    Path done = to.resolveSibling(to.getFileName() + ".done");
    if (!Files.exists(done)) {
      dev.headclip.internal.files.AtomicFiles.deleteTree(to);
      DataSetWriter.write(to, Generator.drawn(s.seed(), 256), s.count(), n -> {});
      dev.headclip.internal.files.AtomicFiles.writeText(done, "");
    }
    return AnnotatedSet.read(Optional.empty(), to);
  }

  private Path root(BenchmarkPlan.Source s) {
    if (s.root().isPresent()) {
      return Path.of(s.root().get());
    }
    KnownDataset known = KnownDatasets.named(s.dataset().orElseThrow());
    Path home =
        downloads.orElseThrow(
            () ->
                new HeadClipException(
                    "%s: where is it? name the folder of your downloads with --data"
                        .formatted(known.name())));
    try (Stream<Path> children = Files.list(home)) {
      List<String> names =
          List.of(KnownDataset.plain(known.name()), KnownDataset.plain(known.paperName()));
      return children
          .filter(Files::isDirectory)
          .sorted()
          .filter(
              f ->
                  names.stream()
                      .anyMatch(n -> KnownDataset.plain(f.getFileName().toString()).startsWith(n)))
          .findFirst()
          .orElseThrow(
              () ->
                  new HeadClipException(
                      "%s: no folder %s; get it from %s"
                          .formatted(home, known.name(), known.source())));
    } catch (IOException e) {
      throw new HeadClipException("--data %s: cannot be read (%s)".formatted(home, e), e);
    }
  }
}
