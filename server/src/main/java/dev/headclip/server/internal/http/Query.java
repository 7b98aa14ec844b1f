package dev.headclip.server.internal.http;

import io.javalin.http.Context;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What follows the question mark. */
public final class Query {
  private final Context context;

  private Query(Context context) {
    this.context = context;
  }

  /**
   * A request's.
   *
   * @param known all that it may have
   */
  public static Query of(Context c, String... known) {
    Set<String> names = Set.of(known);
    for (String name : c.queryParamMap().keySet()) {
      if (!names.contains(name)) {
        throw Problem.invalid(
            "parameter '%s' is not known, expected %s"
                .formatted(name, names.isEmpty() ? "none" : new TreeSet<>(names)));
      }
    }
    return new Query(c);
  }

  public Optional<String> text(String name) {
    return Optional.ofNullable(context.queryParam(name)).filter(t -> !t.isEmpty());
  }

  /** A number from 0 to 1. */
  public Optional<Double> share(String name) {
    return text(name)
        .map(
            t -> {
              try {
                double v = Double.parseDouble(t);
                if (v >= 0 && v <= 1) {
                  return v;
                }
              } catch (NumberFormatException e) {
                // said below
              }
              throw Problem.invalid("%s is '%s', expected 0 to 1".formatted(name, t));
            });
  }

  /** A whole number. */
  public Optional<Integer> number(String name, int least, int most) {
    return text(name)
        .map(
            t -> {
              try {
                int v = Integer.parseInt(t);
                if (v >= least && v <= most) {
                  return v;
                }
              } catch (NumberFormatException e) {
                // said below
              }
              throw Problem.invalid(
                  "%s is '%s', expected %d to %d".formatted(name, t, least, most));
            });
  }

  /** True or false. */
  public boolean flag(String name, boolean otherwise) {
    return text(name)
        .map(
            t -> {
              if (!t.equals("true") && !t.equals("false")) {
                throw Problem.invalid("%s is '%s', expected true or false".formatted(name, t));
              }
              return t.equals("true");
            })
        .orElse(otherwise);
  }

  /** One of an enum's, called as it is written. */
  public <E extends Enum<E>> E one(String name, Class<E> of, E otherwise) {
    return text(name)
        .map(
            t ->
                Arrays.stream(of.getEnumConstants())
                    .filter(e -> e.name().equals(t))
                    .findFirst()
                    .orElseThrow(
                        () ->
                            Problem.invalid(
                                "%s is '%s', expected %s"
                                    .formatted(
                                        name,
                                        t,
                                        Arrays.stream(of.getEnumConstants())
                                            .map(Enum::name)
                                            .collect(Collectors.joining(", "))))))
        .orElse(otherwise);
  }
}
