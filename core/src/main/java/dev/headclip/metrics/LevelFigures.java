package dev.headclip.metrics;

import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Figures of one level.
 *
 * @param level what was judged
 * @param values fractions; absent where the data cannot give the figure
 */
public record LevelFigures(Level level, Map<Figure, Double> values) {
  public LevelFigures {
    EnumMap<Figure, Double> all = new EnumMap<>(Figure.class);
    all.putAll(values);
    values = Collections.unmodifiableMap(all);
  }

  /** No figures. */
  public static LevelFigures none(Level level) {
    return new LevelFigures(level, Map.of());
  }

  /** With {@link Figure#MAD} where every figure of the level is there. */
  static LevelFigures of(Level level, Map<Figure, Double> values) {
    EnumMap<Figure, Double> all = new EnumMap<>(Figure.class);
    all.putAll(values);
    if (values.keySet().containsAll(level.figures())) {
      all.put(
          Figure.MAD, level.figures().stream().mapToDouble(values::get).average().orElseThrow());
    }
    return new LevelFigures(level, all);
  }

  public OptionalDouble get(Figure f) {
    return values.containsKey(f) ? OptionalDouble.of(values.get(f)) : OptionalDouble.empty();
  }

  /** The unweighted mean of each figure over the classes that have it. */
  public static LevelFigures mean(Level level, Collection<LevelFigures> classes) {
    EnumMap<Figure, Double> all = new EnumMap<>(Figure.class);
    for (Figure f : Figure.values()) {
      classes.stream()
          .filter(c -> c.values().containsKey(f))
          .mapToDouble(c -> c.values().get(f))
          .average()
          .ifPresent(v -> all.put(f, v));
    }
    return new LevelFigures(level, all);
  }
}
