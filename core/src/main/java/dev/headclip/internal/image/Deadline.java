package dev.headclip.internal.image;

import dev.headclip.HeadClipException;
import java.time.Duration;

/**
 * How long an image may take.
 *
 * @param end by {@link System#nanoTime}
 * @param seconds that were given
 */
public record Deadline(long end, double seconds) {
  /** From now on. */
  public static Deadline in(Duration time) {
    return new Deadline(System.nanoTime() + time.toNanos(), time.toMillis() / 1e3);
  }

  /** Throws when it has passed. */
  public void check() {
    if (System.nanoTime() - end > 0) {
      throw new HeadClipException(
          "takes longer than %s s to decode; raise max_seconds_per_image"
              .formatted(String.valueOf(seconds).replaceFirst("\\.0$", "")));
    }
  }
}
