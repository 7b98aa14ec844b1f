package dev.headclip.training;

import dev.headclip.method.Network;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An epoch that is over.
 *
 * @param losses mean over its steps by name, with {@link Network#TOTAL}
 * @param validation figures on the second data set by name, fractions; empty without one
 */
public record EpochFigures(Map<String, Double> losses, Map<String, Double> validation) {
  public EpochFigures {
    losses = Collections.unmodifiableMap(new LinkedHashMap<>(losses));
    validation = Collections.unmodifiableMap(new LinkedHashMap<>(validation));
  }

  /** The parts of a loss, or its total where it has none. */
  static Map<String, Double> parts(Map<String, Double> losses) {
    Map<String, Double> parts = new LinkedHashMap<>(losses);
    if (parts.size() > 1) {
      parts.remove(Network.TOTAL);
    }
    return parts;
  }

  /** "global 0.2981 local 1.0059". */
  public static String text(Map<String, Double> losses, String format) {
    StringBuilder s = new StringBuilder();
    parts(losses)
        .forEach((name, v) -> s.append(' ').append(name).append(' ').append(format.formatted(v)));
    return s.substring(Math.min(1, s.length()));
  }
}
