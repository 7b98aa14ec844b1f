package dev.headclip.metrics;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The metrics file (design section 3): figures per class and their unweighted mean.
 *
 * @param dataset name
 * @param method name
 * @param protocol of the pixel figures
 * @param classes by name
 */
public record MetricsReport(
    String dataset, String method, Protocol protocol, Map<String, ClassScores.Result> classes) {
  private static final ObjectMapper JSON = new ObjectMapper();

  public MetricsReport {
    classes = Collections.unmodifiableMap(new LinkedHashMap<>(classes));
  }

  /** The mean over the classes that have the figure. */
  public LevelFigures mean(Level level) {
    return LevelFigures.mean(level, classes.values().stream().map(c -> c.level(level)).toList());
  }

  /** As metrics.json; figures are fractions. */
  public ObjectNode json() {
    ObjectNode o = JSON.createObjectNode();
    o.put("dataset", dataset).put("method", method).put("protocol", protocol.key());
    ObjectNode all = o.putObject("classes");
    classes.forEach(
        (name, c) -> {
          ObjectNode one = all.putObject(name);
          for (Level level : Level.values()) {
            put(one, level, c.level(level));
          }
          one.putObject("counts")
              .put("normal", c.normal())
              .put("anomalous", c.anomalous())
              .put("maps", c.maps());
          c.notes().forEach(n -> one.withArray("notes").add(n));
        });
    ObjectNode mean = o.putObject("mean");
    for (Level level : Level.values()) {
      put(mean, level, mean(level));
    }
    return o;
  }

  private static void put(ObjectNode to, Level level, LevelFigures figures) {
    ObjectNode o = to.putObject(level.key());
    figures.values().forEach((f, v) -> o.put(f.key(), v));
  }

  /** As a table for people; figures in percent. */
  public String text() {
    StringBuilder s = new StringBuilder();
    s.append("%s, %s, protocol %s, %%%n".formatted(dataset, method, protocol.key()));
    s.append("%-20s %7s".formatted("class", "images"));
    for (Level level : Level.values()) {
      columns(level).forEach(f -> s.append("%9s".formatted(level.key().charAt(0) + "-" + f.key())));
    }
    classes.forEach(
        (name, c) -> {
          s.append("%n%-20s %7d".formatted(name, c.normal() + c.anomalous()));
          for (Level level : Level.values()) {
            row(s, level, c.level(level));
          }
        });
    s.append("%n%-20s %7s".formatted("mean", ""));
    for (Level level : Level.values()) {
      row(s, level, mean(level));
    }
    classes.forEach(
        (name, c) -> c.notes().forEach(n -> s.append("%nnote, %s: %s".formatted(name, n))));
    return s.toString();
  }

  private static void row(StringBuilder s, Level level, LevelFigures figures) {
    for (Figure f : columns(level)) {
      var v = figures.get(f);
      s.append("%9s".formatted(v.isPresent() ? "%.1f".formatted(100 * v.getAsDouble()) : "-"));
    }
  }

  /** A level's figures and their mean. */
  public static List<Figure> columns(Level level) {
    List<Figure> all = new java.util.ArrayList<>(level.figures());
    all.add(Figure.MAD);
    return all;
  }
}
