package dev.headclip.app;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** How long what is left of a plan will take, by what has been measured of each kind of work. */
final class BenchmarkClock {
  private final Map<String, Double> perImage = new HashMap<>();
  private final Map<String, Long> left = new HashMap<>();

  /** Work that is to be done. */
  void add(String kind, long images) {
    left.merge(kind, images, Long::sum);
  }

  /** Work that was done, or need not be. */
  void done(String kind, long images) {
    left.merge(kind, -images, Long::sum);
  }

  /** Seconds that some work took. */
  void measured(String kind, long images, double seconds) {
    if (images > 0) {
      perImage.put(kind, seconds / images);
    }
  }

  /** "about 3 h 20 min left", as far as it can be told. */
  String text() {
    double seconds = 0;
    boolean unknown = false;
    double slowest = perImage.values().stream().mapToDouble(d -> d).max().orElse(Double.NaN);
    for (Map.Entry<String, Long> e : left.entrySet()) {
      if (e.getValue() > 0) {
        Double known = perImage.get(e.getKey());
        unknown |= known == null;
        seconds += e.getValue() * (known == null ? slowest : known);
      }
    }
    if (Double.isNaN(seconds) || seconds == 0) {
      return "";
    }
    return "about %s left%s"
        .formatted(
            spelled(Duration.ofSeconds((long) seconds)),
            unknown ? ", what was not measured yet taken as slow as the slowest" : "");
  }

  static String spelled(Duration d) {
    if (d.toDays() > 0) {
      return "%d d %d h".formatted(d.toDays(), d.toHoursPart());
    }
    if (d.toHours() > 0) {
      return "%d h %d min".formatted(d.toHours(), d.toMinutesPart());
    }
    return d.toMinutes() > 0 ? "%d min".formatted(d.toMinutes()) : "%d s".formatted(d.toSeconds());
  }
}
