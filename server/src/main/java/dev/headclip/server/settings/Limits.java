package dev.headclip.server.settings;

import dev.headclip.settings.SettingException;
import java.time.Duration;

/**
 * What a server takes on.
 *
 * @param queue images that wait or are being scored for all requests together
 * @param imageBytes of an uploaded file
 * @param requestBytes of a request's body
 * @param requestImages files in a request
 * @param maxPixels of a decoded image
 * @param storeBytes of all uploaded images and kept maps together
 * @param models that are taught and kept at a time
 * @param deadline after which a request is given up
 * @param idle after which uploaded images and batches that nobody asks for are forgotten
 * @param grace for requests that were accepted, when the server is stopped
 */
public record Limits(
    int queue,
    long imageBytes,
    long requestBytes,
    int requestImages,
    long maxPixels,
    long storeBytes,
    int models,
    Duration deadline,
    Duration idle,
    Duration grace) {
  private static final long MIB = 1L << 20;
  private static final int MOST_FILES = 100_000;

  public Limits {
    inside("queue", queue, 1, MOST_FILES);
    inside("max_image_bytes", imageBytes, 1, Integer.MAX_VALUE - 16L);
    inside("max_request_bytes", requestBytes, 1, Long.MAX_VALUE);
    inside("max_images", requestImages, 1, MOST_FILES);
    inside("max_pixels", maxPixels, 1, Integer.MAX_VALUE / 3);
    inside("store_bytes", storeBytes, 1, Long.MAX_VALUE);
    inside("max_models", models, 0, MOST_FILES);
    above("deadline", deadline);
    above("idle", idle);
    above("grace", grace);
  }

  private static void inside(String key, long value, long least, long most) {
    if (value < least || value > most) {
      throw new SettingException(key, value, "%d to %d".formatted(least, most));
    }
  }

  private static void above(String key, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new SettingException(key, value.toMillis() / 1e3, "seconds above 0");
    }
  }

  /** For one machine: 64 images waiting, 64 MiB a file, 4 GiB kept, a minute a request. */
  public static Limits defaults() {
    return new Limits(
        64,
        64 * MIB,
        256 * MIB,
        1000,
        100_000_000,
        4096 * MIB,
        32,
        Duration.ofMinutes(1),
        Duration.ofHours(4),
        Duration.ofSeconds(30));
  }
}
