package dev.headclip.method;

import dev.headclip.HeadClipException;
import dev.headclip.settings.Nearest;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;

/** The methods on the class path. */
public final class Methods {
  /** The method of an adapter file that names none. */
  public static final String DEFAULT = "headclip";

  private Methods() {}

  /** All of them, by name. */
  public static List<Method<?>> all() {
    return ServiceLoader.load(Method.class).stream()
        .<Method<?>>map(p -> p.get())
        .sorted(Comparator.comparing(Method::name))
        .toList();
  }

  public static List<String> names() {
    return all().stream().map(m -> m.name()).toList();
  }

  /** The one called {@code name}. */
  public static Method<?> named(String name) {
    for (Method<?> m : all()) {
      if (m.name().equals(name)) {
        return m;
      }
    }
    throw new HeadClipException(
        "no method %s, expected one of %s%s"
            .formatted(name, String.join(", ", names()), Nearest.hint(name, names())));
  }
}
