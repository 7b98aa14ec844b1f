package dev.headclip.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code bench/run NAME}. */
@Command(
    name = "bench/run",
    mixinStandardHelpOptions = true,
    subcommands = {
      TrainingBench.class,
      MetricsBench.class,
      InferenceBench.class,
      ReferencesBench.class,
      ThroughputBench.class,
      LoadBench.class,
      NetworkBench.class
    })
final class Bench {
  private Bench() {}

  public static void main(String[] args) {
    System.exit(
        new CommandLine(new Bench()).setCaseInsensitiveEnumValuesAllowed(true).execute(args));
  }
}
