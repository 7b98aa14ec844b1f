package dev.headclip.evaluate;

import dev.headclip.dataset.KnownDataset;
import dev.headclip.metrics.Figure;
import dev.headclip.metrics.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What the repositories of few-shot and batched methods print, in percent, each of a backbone and
 * an input of its own (docs/spec/few_shot.md section 9, musc.md section 11; no figure that was not
 * read there).
 */
final class FewShotResults {
  private static final Map<String, Double> ALL = load();

  private FewShotResults() {}

  private static Map<String, Double> load() {
    Map<String, Double> all = new HashMap<>();
    PaperResults.lines("/headclip/few_shot_results.csv")
        .forEach(
            c -> all.put(String.join("|", c[0], c[1], c[2], c[3], c[4]), Double.valueOf(c[5])));
    return all;
  }

  /** Whether there is anything of a method in a mode: "4-shot" or "batched". */
  static boolean has(String method, String mode) {
    return ALL.keySet().stream().anyMatch(k -> k.startsWith(method + "|" + mode + "|"));
  }

  static OptionalDouble get(
      String method, String mode, KnownDataset dataset, Level level, Figure figure) {
    Double v = ALL.get(String.join("|", method, mode, dataset.name(), level.key(), figure.key()));
    return v == null ? OptionalDouble.empty() : OptionalDouble.of(v);
  }
}
