package dev.headclip.app;

import dev.headclip.synth.DataSetWriter;
import dev.headclip.synth.Generator;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code headclip datasets}. */
@Command(
    name = "datasets",
    description = "Makes data sets.",
    subcommands = DatasetsCommand.Synthesize.class)
final class DatasetsCommand implements Callable<Integer> {
  @picocli.CommandLine.Spec private picocli.CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() {
    spec.commandLine().usage(System.err);
    return Main.UNUSABLE;
  }

  /** {@code headclip datasets synthesize}. */
  @Command(
      name = "synthesize",
      description =
          "Draws surfaces and objects with defects and their masks, in MVTec layout; deterministic.",
      footer = {"", "Example:", "  headclip datasets synthesize auxiliary --seed 1 --count 2000"})
  static final class Synthesize implements Callable<Integer> {
    @Parameters(paramLabel = "OUT", description = "A new or empty folder.")
    private Path out;

    @Option(
        names = "--seed",
        paramLabel = "N",
        defaultValue = "1",
        description = "Same seed, same pictures (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
        names = "--count",
        paramLabel = "N",
        defaultValue = "1000",
        description = "Pictures in all (default: ${DEFAULT-VALUE}).")
    private int count;

    @Option(
        names = "--size",
        paramLabel = "PIXELS",
        defaultValue = "256",
        description = "Side of a picture (default: ${DEFAULT-VALUE}).")
    private int size;

    @Override
    public Integer call() {
      long start = System.nanoTime();
      try (ProgressLine progress = ProgressLine.of("synthesize", count, "images")) {
        DataSetWriter.write(out, Generator.drawn(seed, size), count, n -> progress.at(n, ""));
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      System.err.printf("%d images in %s, %.0f a minute%n", count, out, count / seconds * 60);
      return Main.OK;
    }
  }
}
