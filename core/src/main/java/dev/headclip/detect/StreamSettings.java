package dev.headclip.detect;

import java.time.Duration;

/**
 * How many images are looked at.
 *
 * @param keepPixels whether outcomes carry the decoded image
 * @param threads that decode and finish beside the network, at least 1
 * @param heldBytes decoded images that wait for their finish may take together
 * @param patience how long the others wait for one that is being decoded; its result comes late
 *     then
 */
public record StreamSettings(boolean keepPixels, int threads, long heldBytes, Duration patience) {
  /** Longer than any decoding may take: results in the order of the images. */
  private static final Duration IN_ORDER = Duration.ofDays(365);

  public StreamSettings {
    if (threads < 1 || heldBytes < 1) {
      throw new IllegalArgumentException(
          "threads %d, heldBytes %d, expected at least 1".formatted(threads, heldBytes));
    }
  }

  /** A thread for each core, at least two; a fifth of the heap; no pixels; in order. */
  public static StreamSettings defaults() {
    Runtime r = Runtime.getRuntime();
    int threads = Math.max(2, r.availableProcessors());
    return new StreamSettings(false, threads, r.maxMemory() / 5, IN_ORDER);
  }

  public StreamSettings withPixels(boolean keep) {
    return new StreamSettings(keep, threads, heldBytes, patience);
  }

  /** Others do not wait longer than this for one that decodes slowly. */
  public StreamSettings withPatience(Duration time) {
    return new StreamSettings(keepPixels, threads, heldBytes, time);
  }
}
