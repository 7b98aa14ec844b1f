package dev.headclip.bench;

import dev.headclip.HeadClipException;
import dev.headclip.internal.text.Printable;
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
    CommandLine line = new CommandLine(new Bench()).setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler(
        (e, command, parsed) -> {
          if (!(e instanceof HeadClipException)) {
            throw e;
          }
          System.err.println("bench/run: " + Printable.line(e.getMessage()));
          return command.getCommandSpec().exitCodeOnInvalidInput();
        });
    System.exit(line.execute(args));
  }
}
