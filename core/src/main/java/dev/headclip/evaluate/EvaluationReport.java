package dev.headclip.evaluate;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.headclip.dataset.AnnotatedSet;
import dev.headclip.dataset.KnownDataset;
import dev.headclip.internal.report.Html;
import dev.headclip.internal.report.LineChart;
import dev.headclip.method.Scoring;
import dev.headclip.metrics.Figure;
import dev.headclip.metrics.Level;
import dev.headclip.metrics.LevelFigures;
import dev.headclip.metrics.MetricsReport;
import dev.headclip.metrics.PixelScores;
import dev.headclip.metrics.Protocol;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * One self-contained page: figures beside the paper's, curves, score histograms with a threshold to
 * move, best and worst images, timing, provenance, caveats.
 */
public final class EvaluationReport {
  private static final ObjectMapper JSON = new ObjectMapper();

  private EvaluationReport() {}

  /**
   * @param set what was evaluated
   * @param result what came out
   * @param predictions by index in the set
   * @param scoring how predictions become maps
   * @param threshold of the verdict
   * @param provenance of the model and the run
   */
  public static String html(
      AnnotatedSet set,
      Evaluation.Result result,
      Predictions predictions,
      Scoring scoring,
      double threshold,
      Map<String, ?> provenance) {
    StringBuilder body = new StringBuilder(summary(result, threshold, provenance));
    body.append(caveats(set, result));
    result
        .reports()
        .forEach(
            (p, r) -> {
              boolean first = p == result.reports().keySet().iterator().next();
              // image figures are the same in every protocol
              if (first && !r.mean(Level.IMAGE).values().isEmpty()) {
                body.append(Html.section("image level, %", table(set, r, Level.IMAGE)));
              }
              if (!r.mean(Level.PIXEL).values().isEmpty()) {
                body.append(
                    Html.section(
                        "pixel level, protocol %s, %%".formatted(p.key()),
                        table(set, r, Level.PIXEL)));
              }
            });
    body.append(Html.section("Curves", curves(result)));
    body.append(Html.section("Scores and threshold", histogram(result, threshold)));
    Map<Evaluation.Scored, Integer> places = new IdentityHashMap<>();
    Iterator<Integer> index = predictions.indices().iterator();
    result.scores().forEach(s -> places.put(s, index.next()));
    body.append(
        Html.section(
            "Best and worst images",
            new Gallery(places, predictions, scoring, threshold).html(result.scores())));
    body.append(Html.section("Timing", timing(result)));
    body.append(Html.section("Provenance", Html.facts(provenance)));
    return Html.page("HeadCLIP evaluation: " + set.name(), body.toString());
  }

  /** What was judged by what, and the verdicts. */
  private static String summary(
      Evaluation.Result result, double threshold, Map<String, ?> provenance) {
    long anomalous = result.scores().stream().filter(s -> s.sample().anomalous()).count();
    long called = result.scores().stream().filter(s -> s.joint() >= threshold).count();
    long right =
        result.scores().stream()
            .filter(s -> s.sample().anomalous() && s.joint() >= threshold)
            .count();
    long all = result.scores().size();
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("model", provenance.get("model") + ", method " + provenance.get("method"));
    facts.put(
        "protocol",
        String.join(" and ", result.reports().keySet().stream().map(Protocol::key).toList()));
    facts.put("images", "%d: %d normal, %d anomalous".formatted(all, all - anomalous, anomalous));
    facts.put("threshold", "%.3f".formatted(threshold));
    facts.put(
        "verdicts",
        "%d called anomalous, %d of them rightly; %d called normal, %d of them rightly"
            .formatted(called, right, all - called, all - called - (anomalous - right)));
    return Html.facts(facts);
  }

  private static String table(AnnotatedSet set, MetricsReport r, Level level) {
    List<Figure> figures = MetricsReport.columns(level);
    // the paper's figures come from its own protocol; image figures are the same in both
    boolean beside =
        set.known().isPresent() && (level == Level.IMAGE || r.protocol() == Protocol.PAPER);
    List<String> head = new ArrayList<>(List.of("class"));
    for (Figure f : figures) {
      head.add(f.key());
      if (beside) {
        head.add("paper");
      }
    }
    List<List<String>> rows = new ArrayList<>();
    r.classes()
        .forEach(
            (name, c) ->
                rows.add(row(set, r.method(), name, c.level(level), level, figures, beside)));
    // of a single class it is the class's own
    if (r.classes().size() != 1) {
      rows.add(row(set, r.method(), "mean", r.mean(level), level, figures, beside));
    }
    return Html.table(head, rows);
  }

  private static List<String> row(
      AnnotatedSet set,
      String method,
      String name,
      LevelFigures found,
      Level level,
      List<Figure> figures,
      boolean beside) {
    List<String> row = new ArrayList<>(List.of(name));
    for (Figure f : figures) {
      OptionalDouble v = found.get(f);
      row.add(v.isPresent() ? "%.1f".formatted(100 * v.getAsDouble()) : "-");
      if (beside) {
        KnownDataset known = set.known().orElseThrow();
        OptionalDouble p = PaperResults.get(known, name, method, level, f);
        row.add(p.isPresent() ? "(%.1f)".formatted(p.getAsDouble()) : "");
      }
    }
    return row;
  }

  private static String curves(Evaluation.Result result) {
    StringBuilder s = new StringBuilder("<div class=\"row\">");
    imageCurves(result).ifPresent(s::append);
    if (!result.curves().isEmpty()) {
      s.append(
          pixelChart(
              result,
              "Pixel ROC",
              "false positive rate",
              PixelScores.Point::fpr,
              PixelScores.Point::tpr,
              1));
      s.append(
          pixelChart(
              result,
              "Pixel PR",
              "recall",
              PixelScores.Point::tpr,
              PixelScores.Point::precision,
              1));
      s.append(
          pixelChart(
              result,
              "PRO up to FPR 0.3",
              "false positive rate",
              PixelScores.Point::fpr,
              PixelScores.Point::pro,
              0.3));
    }
    return s.append("</div>").toString();
  }

  private static String pixelChart(
      Evaluation.Result result,
      String title,
      String xLabel,
      ToDoubleFunction<PixelScores.Point> x,
      ToDoubleFunction<PixelScores.Point> y,
      double xMax) {
    String of =
        result.curves().size() == 1
            ? result.curves().keySet().iterator().next()
            : "a line per class";
    LineChart chart = new LineChart(title + ", " + of, xLabel).range(0, xMax, 0, 1).square();
    boolean few = result.curves().size() <= 6;
    result
        .curves()
        .forEach(
            (name, points) -> {
              List<PixelScores.Point> shown =
                  points.stream().filter(p -> x.applyAsDouble(p) <= xMax).toList();
              double[] xs = shown.stream().mapToDouble(x).toArray();
              double[] ys = shown.stream().mapToDouble(y).toArray();
              chart.line(few ? name : "", xs, ys);
            });
    return chart.svg();
  }

  private static Optional<String> imageCurves(Evaluation.Result result) {
    List<Evaluation.Scored> sorted =
        result.scores().stream()
            .sorted(Comparator.comparingDouble(Evaluation.Scored::joint).reversed())
            .toList();
    long positives = sorted.stream().filter(s -> s.sample().anomalous()).count();
    long negatives = sorted.size() - positives;
    if (positives == 0 || negatives == 0) {
      return Optional.empty();
    }
    List<double[]> points = new ArrayList<>();
    // precision at recall 0 is that of the highest score
    points.add(new double[] {0, 0, sorted.get(0).sample().anomalous() ? 1 : 0});
    long tp = 0;
    long fp = 0;
    for (int i = 0; i < sorted.size(); i++) {
      tp += sorted.get(i).sample().anomalous() ? 1 : 0;
      fp += sorted.get(i).sample().anomalous() ? 0 : 1;
      boolean last = i + 1 == sorted.size() || sorted.get(i + 1).joint() != sorted.get(i).joint();
      if (last) {
        points.add(
            new double[] {
              (double) fp / negatives, (double) tp / positives, (double) tp / (tp + fp)
            });
      }
    }
    double[] fpr = points.stream().mapToDouble(p -> p[0]).toArray();
    double[] tpr = points.stream().mapToDouble(p -> p[1]).toArray();
    double[] precision = points.stream().mapToDouble(p -> p[2]).toArray();
    return Optional.of(
        new LineChart("Image ROC, all classes together", "false positive rate")
                .range(0, 1, 0, 1)
                .square()
                .line("", fpr, tpr)
                .svg()
            + new LineChart("Image PR, all classes together", "recall")
                .range(0, 1, 0, 1)
                .square()
                .line("", tpr, precision)
                .svg());
  }

  private static String histogram(Evaluation.Result result, double threshold) {
    ArrayNode data = JSON.createArrayNode();
    for (Evaluation.Scored s : result.scores()) {
      data.addArray()
          .add(s.sample().category())
          .add(s.sample().anomalous() ? 1 : 0)
          .add(Math.round(s.joint() * 1e6) / 1e6);
    }
    // the data come last: a class may be called like the other place
    return Html.part("histogram.html")
        .replace("@THRESHOLD@", String.valueOf(threshold))
        .replace("@DATA@", Html.script(data.toString()));
  }

  private static String timing(Evaluation.Result result) {
    double[] ms = result.scores().stream().mapToDouble(Evaluation.Scored::ms).sorted().toArray();
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("images", ms.length);
    if (ms.length > 0) {
      facts.put("ms per image, median", "%.1f".formatted(ms[ms.length / 2]));
      facts.put("ms per image, 95 %", "%.1f".formatted(ms[(int) (0.95 * (ms.length - 1))]));
      facts.put("what counts", "resizing, network and map of an image; decoding runs beside it");
    }
    return Html.facts(facts);
  }

  private static String caveats(AnnotatedSet set, Evaluation.Result result) {
    List<String> all = new ArrayList<>();
    result.reports().values().stream()
        .findFirst()
        .ifPresent(
            r -> r.classes().forEach((n, c) -> c.notes().forEach(t -> all.add(n + ": " + t))));
    result.notes().forEach((n, count) -> all.add(n.text(count)));
    result.failed().forEach((p, e) -> all.add("not scored: %s: %s".formatted(p, e)));
    set.known().map(KnownDataset::remark).filter(r -> !r.isEmpty()).ifPresent(all::add);
    if (set.known().isPresent()) {
      all.add(
          "the paper's figures are of its own model and may be of another preparation of the data");
    }
    all.add("figures of a class with few images move by many points from one sample to another");
    StringBuilder s = new StringBuilder("<ul class=\"mute\">");
    all.forEach(t -> s.append("<li>").append(Html.escape(t)).append("</li>"));
    return s.append("</ul>").toString();
  }
}
