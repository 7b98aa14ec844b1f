package dev.headclip.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headclip.HeadClipException;
import dev.headclip.calibrate.Calibration;
import dev.headclip.internal.files.AtomicFiles;
import dev.headclip.internal.report.HeatGrid;
import dev.headclip.internal.report.Html;
import dev.headclip.internal.report.LineChart;
import dev.headclip.method.Adapter;
import dev.headclip.method.AdapterFile;
import dev.headclip.method.Network;
import dev.headclip.method.local.LocalNetwork;
import dev.headclip.tensor.HostTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What a training brought, as one page: losses, head weights, settings, provenance. */
public final class TrainingReport {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private TrainingReport() {}

  /**
   * @param file to write
   * @param name of the adapter's file, beside the page
   * @param log of the run, for the loss of every step
   */
  public static void write(
      Path file, String name, Adapter adapter, List<EpochFigures> epochs, Path log) {
    StringBuilder body = new StringBuilder(Html.facts(summary(adapter, epochs)));
    body.append(
        "<p>Files: %s (the adapter), %s (every step)</p>%n"
            .formatted(Html.link(name), Html.link(log.getFileName().toString())));
    body.append(Html.section("Losses", losses(epochs, steps(log))));
    if (!epochs.isEmpty() && !epochs.get(0).validation().isEmpty()) {
      body.append(Html.section("Second data set", validation(epochs)));
    }
    ObjectNode settings = AdapterFile.json(adapter);
    JsonNode provenance = settings.remove("provenance");
    if (adapter.learned().has(LocalNetwork.HEAD_WEIGHTS)) {
      body.append(
          Html.section(
              "Head weights",
              heads(
                  adapter.learned().get(LocalNetwork.HEAD_WEIGHTS),
                  settings.at("/csa/first").asInt(1),
                  settings.path("head_weight_start").asDouble(1))));
    }
    Map<String, Object> all = new LinkedHashMap<>();
    settings.fields().forEachRemaining(e -> all.put(e.getKey(), text(e.getValue())));
    body.append(Html.section("Settings", Html.facts(all)));
    body.append(Html.section("Provenance", folded("as in the adapter's file", provenance)));
    AtomicFiles.writeText(file, Html.page("HeadCLIP training: " + name, body.toString()));
  }

  /** What was learned on what. */
  private static Map<String, Object> summary(Adapter adapter, List<EpochFigures> epochs) {
    Map<String, Object> p = adapter.provenance();
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("method", adapter.method().name());
    facts.put("data set", "%s, %s images".formatted(p.get("data_set"), p.get("images")));
    facts.put("backbone", p.get("backbone"));
    if (p.containsKey("from")) {
      facts.put("started from", p.get("from"));
    }
    facts.put("epochs", epochs.size());
    long numbers = adapter.learned().list().stream().mapToLong(t -> t.data().length).sum();
    facts.put("learned numbers", numbers);
    if (p.containsKey("selected_epoch")) {
      facts.put(
          "epoch taken",
          "%s, best on %s".formatted(p.get("selected_epoch"), p.get("validation_set")));
    }
    facts.put(
        "threshold",
        "%.3f, %s"
            .formatted(
                adapter.scores().threshold(),
                p.containsKey(Calibration.KEY) ? "fitted" : "not fitted: given or the default"));
    return facts;
  }

  private static String text(JsonNode value) {
    return value.isValueNode() ? value.asText() : value.toString();
  }

  private static String folded(String title, JsonNode json) {
    try {
      return "<details><summary>%s</summary><pre>%s</pre></details>"
          .formatted(Html.escape(title), Html.escape(JSON.writeValueAsString(json)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** {epoch as a fraction, total loss} of every step in the log. */
  private static List<double[]> steps(Path log) {
    List<JsonNode> lines = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(log)) {
        // a line may be torn by a power cut
        if (line.startsWith("{\"event\":\"step\"") && line.endsWith("}")) {
          lines.add(JSON.readTree(line));
        }
      }
    } catch (IOException e) {
      throw new HeadClipException("%s: cannot be read (%s)".formatted(log, e), e);
    }
    int most = lines.stream().mapToInt(n -> n.path("step").asInt()).max().orElse(1);
    return lines.stream()
        .map(
            n ->
                new double[] {
                  n.path("epoch").asInt() - 1 + n.path("step").asDouble() / most,
                  n.path(Network.TOTAL).asDouble()
                })
        .toList();
  }

  private static String losses(List<EpochFigures> epochs, List<double[]> steps) {
    double[] at = IntStream.rangeClosed(1, epochs.size()).asDoubleStream().toArray();
    LineChart chart =
        new LineChart("Mean loss of an epoch; grey: every step", "epoch")
            .faintLine(
                steps.stream().mapToDouble(s -> s[0]).toArray(),
                steps.stream().mapToDouble(s -> s[1]).toArray());
    if (!epochs.isEmpty()) {
      for (String part : epochs.get(0).losses().keySet()) {
        chart.line(
            part,
            at,
            epochs.stream().mapToDouble(e -> e.losses().getOrDefault(part, Double.NaN)).toArray());
      }
    }
    return chart.range(0, 1, 0, 0).svg();
  }

  private static String validation(List<EpochFigures> epochs) {
    double[] at = IntStream.rangeClosed(1, epochs.size()).asDoubleStream().toArray();
    StringBuilder s = new StringBuilder("<div class=\"row\">");
    for (String level : List.of("image", "pixel")) {
      LineChart chart = new LineChart(level + " figures, %", "epoch");
      epochs.get(0).validation().keySet().stream()
          .filter(k -> k.startsWith(level))
          .forEach(
              k ->
                  chart.line(
                      k.substring(level.length() + 1),
                      at,
                      epochs.stream()
                          .mapToDouble(e -> 100 * e.validation().getOrDefault(k, Double.NaN))
                          .toArray()));
      s.append(chart.svg());
    }
    return s.append("</div>").toString();
  }

  private static String heads(HostTensor w, int first, double start) {
    double[][] values = new double[w.size(0)][w.size(1)];
    Map<String, Double> byLayer = new LinkedHashMap<>();
    for (int l = 0; l < values.length; l++) {
      for (int h = 0; h < values[l].length; h++) {
        values[l][h] = w.data()[l * w.size(1) + h];
      }
      byLayer.merge(
          "layer " + (first + l),
          java.util.Arrays.stream(values[l]).average().orElseThrow(),
          Double::sum);
    }
    return HeatGrid.svg(
            "Layers x heads: red was turned up, blue down, from " + start,
            "layer",
            first,
            values,
            start)
        + Html.facts(
            byLayer.entrySet().stream()
                .collect(
                    java.util.stream.Collectors.toMap(
                        Map.Entry::getKey,
                        e -> "mean %.3f".formatted(e.getValue()),
                        (a, b) -> a,
                        LinkedHashMap::new)));
  }
}
