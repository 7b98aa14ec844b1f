package dev.headclip.training.cache;

import dev.headclip.training.spi.Learner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Where the frozen part of images is kept between epochs. It changes the time that a run takes,
 * never its result.
 *
 * @param place where
 * @param folder of a cache on disk
 * @param limit bytes; empty for a quarter of the machine's memory, or half of the disk's free space
 */
public record CacheSettings(Place place, Path folder, OptionalLong limit) {
  /** Kinds of caches. */
  public enum Place {
    /** In memory if all fits into its limit, else on disk. */
    AUTO,
    MEMORY,
    DISK,
    NONE
  }

  public CacheSettings {
    if (limit.isPresent() && limit.getAsLong() < 1) {
      throw new IllegalArgumentException(
          "cache_limit is %d, expected at least 1 byte".formatted(limit.getAsLong()));
    }
  }

  /** No cache. */
  public static CacheSettings none() {
    return new CacheSettings(Place.NONE, Path.of("."), OptionalLong.empty());
  }

  /** In memory, without a limit. */
  public static CacheSettings memory() {
    return new CacheSettings(Place.MEMORY, Path.of("."), OptionalLong.of(Long.MAX_VALUE));
  }

  /**
   * Opens it.
   *
   * @param key digest of everything that parts depend on but for the image
   * @param half whether numbers are kept in half precision
   * @param expected bytes of all parts together
   */
  public FeatureCache open(Learner learner, String key, boolean half, long expected) {
    return switch (place) {
      case NONE -> new NoCache();
      case MEMORY -> new MemoryCache(learner, half, limit.orElse(memoryLimit()));
      case DISK -> new DiskCache(learner, folder, key, half, limit.orElseGet(this::diskLimit));
      case AUTO ->
          expected <= Math.min(memoryLimit(), limit.orElse(Long.MAX_VALUE))
              ? new MemoryCache(learner, half, memoryLimit())
              : new DiskCache(learner, folder, key, half, limit.orElseGet(this::diskLimit));
    };
  }

  /** Deletes what a cache on disk holds, and its folder if nothing else is in it. */
  public void remove() {
    DiskCache.remove(folder);
  }

  private static long memoryLimit() {
    return java.lang.management.ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean os
        ? os.getTotalMemorySize() / 4
        : 1L << 30;
  }

  private long diskLimit() {
    try {
      Path there = folder.toAbsolutePath();
      while (!Files.exists(there)) {
        there = there.getParent();
      }
      // what the cache holds already is room that it may have
      return (Files.getFileStore(there).getUsableSpace() + DiskCache.bytes(folder)) / 2;
    } catch (IOException e) {
      return 10L << 30;
    }
  }
}
