package dev.headclip.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
          all.set(name, json(c));
        });
    ObjectNode mean = o.putObject("mean");
    for (Level level : Level.values()) {
      put(mean, level, mean(level));
    }
    return o;
  }

  /** What a class gave. */
  public static ObjectNode json(ClassScores.Result c) {
    ObjectNode one = JSON.createObjectNode();
    for (Level level : Level.values()) {
      put(one, level, c.level(level));
    }
    one.putObject("counts")
        .put("normal", c.normal())
        .put("anomalous", c.anomalous())
        .put("maps", c.maps());
    c.notes().forEach(n -> one.withArray("notes").add(n));
    return one;
  }

  /** The same from {@link #json(ClassScores.Result)}; empty where it is none. */
  public static Optional<ClassScores.Result> result(JsonNode o) {
    JsonNode counts = o.path("counts");
    if (!counts.isObject()) {
      return Optional.empty();
    }
    List<String> notes = new ArrayList<>();
    o.path("notes").forEach(n -> notes.add(n.asText()));
    return Optional.of(
        new ClassScores.Result(
            figures(o, Level.IMAGE),
            figures(o, Level.PIXEL),
            counts.path("normal").asInt(),
            counts.path("anomalous").asInt(),
            counts.path("maps").asInt(),
            notes));
  }

  private static LevelFigures figures(JsonNode from, Level level) {
    Map<Figure, Double> values = new EnumMap<>(Figure.class);
    for (Figure f : Figure.values()) {
      JsonNode v = from.path(level.key()).path(f.key());
      if (v.isNumber()) {
        values.put(f, v.asDouble());
      }
    }
    return new LevelFigures(level, values);
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
    List<Figure> all = new ArrayList<>(level.figures());
    all.add(Figure.MAD);
    return all;
  }
}
