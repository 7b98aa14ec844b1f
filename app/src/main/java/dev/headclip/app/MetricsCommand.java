package dev.headclip.app;

import dev.headclip.metrics.MetricsReport;
import dev.headclip.metrics.PredictionTable;
import dev.headclip.metrics.Protocol;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code headclip metrics}. */
@Command(
    name = "metrics",
    description = "Image and pixel figures of anybody's predictions.",
    footer = {
      "",
      "The manifest's columns: class,label,score,map,mask. label is 0 or 1; maps are npy, or grey",
      "PNG or TIFF; paths are relative to the manifest; cells may be empty.",
      "",
      "Examples:",
      "  headclip metrics predictions.csv",
      "  headclip metrics predictions.csv --protocol paper --format json > metrics.json"
    })
final class MetricsCommand implements Callable<Integer> {
  enum Format {
    text,
    json
  }

  @Parameters(paramLabel = "MANIFEST.csv", description = "The predictions.")
  private Path manifest;

  @Option(
      names = "--protocol",
      paramLabel = "exact|paper",
      defaultValue = "exact",
      description =
          "Every threshold, or the coarse ones behind the paper's figures (default: ${DEFAULT-VALUE}).")
  private Protocol protocol;

  @Option(
      names = "--format",
      paramLabel = "text|json",
      defaultValue = "json",
      description = "Percent in a table, or fractions (default: ${DEFAULT-VALUE}).")
  private Format format;

  @Option(
      names = "--dataset",
      paramLabel = "NAME",
      defaultValue = "",
      description = "For the report (default: the manifest's name).")
  private String dataset;

  @Option(
      names = "--method",
      paramLabel = "NAME",
      defaultValue = "unknown",
      description = "For the report (default: ${DEFAULT-VALUE}).")
  private String method;

  @Override
  public Integer call() {
    PredictionTable table = PredictionTable.read(manifest);
    String name =
        dataset.isEmpty() ? manifest.getFileName().toString().replaceFirst("\\.csv$", "") : dataset;
    MetricsReport report;
    try (ProgressLine progress = ProgressLine.of("metrics", table.rows(), "maps")) {
      AtomicInteger done = new AtomicInteger();
      report = table.report(name, method, protocol, () -> progress.at(done.incrementAndGet(), ""));
    }
    System.out.println(format == Format.json ? report.json().toPrettyString() : report.text());
    return Main.OK;
  }
}
