package dev.headclip.app;

import dev.headclip.clip.ClipConfig;
import dev.headclip.detect.Comparer;
import dev.headclip.model.ClipModel;
import dev.headclip.reference.ReferenceSettings;
import dev.headclip.reference.TokenTaps;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** What comparing large batches costs, said before it is begun. */
final class BatchCost {
  /**
   * Multiplications and additions a second and core, reductions and copies in it: 200 images took
   * 40 s.
   */
  private static final double RATE = 40e9;

  /** Shorter ones, and smaller files, are not worth a word. */
  private static final double SECONDS = 20;

  private static final double BYTES = 1e9;

  private BatchCost() {}

  /** A line, where it is much. */
  static Optional<String> of(Comparer comparer, Collection<? extends List<?>> groups) {
    ClipModel model = (ClipModel) comparer.model();
    ReferenceSettings settings = comparer.settings();
    ClipConfig config = model.backbone().config();
    TokenTaps taps = settings.taps(config);
    double patches = Math.pow(config.grid(model.imageSize()), 2);
    double width = config.vision().width();
    int largest = groups.stream().mapToInt(List::size).max().orElse(0);
    double bytes = 4 * patches * width * taps.sets() * largest;
    if (settings.scorer() != ReferenceSettings.Scorer.MUTUAL) {
      return bytes < BYTES
          ? Optional.empty()
          : Optional.of(
              "the tokens of %d images take %.1f GB in memory and the temporary folder"
                  .formatted(largest, bytes / 1e9));
    }
    double work = 0;
    for (List<?> g : groups) {
      double pairs = g.size() * (g.size() - 1.0) / 2;
      work += pairs * taps.sets() * settings.boxes().size() * 2 * patches * patches * width;
    }
    double seconds = work / (RATE * Runtime.getRuntime().availableProcessors());
    return seconds < SECONDS && bytes < BYTES
        ? Optional.empty()
        : Optional.of(
            "comparing %d images mutually takes about %s here, and %.1f GB in memory and the temporary folder; --scorer subspace costs hardly anything"
                .formatted(largest, time(seconds), 2 * bytes / 1e9));
  }

  private static String time(double seconds) {
    return seconds < 90
        ? "%.0f seconds".formatted(seconds)
        : seconds < 5400
            ? "%.0f minutes".formatted(seconds / 60)
            : "%.1f hours".formatted(seconds / 3600);
  }
}
