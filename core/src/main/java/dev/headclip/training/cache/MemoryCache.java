package dev.headclip.training.cache;

import dev.headclip.training.spi.Frozen;
import dev.headclip.training.spi.Learner;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Parts in native memory, gone with the process. */
final class MemoryCache implements FeatureCache {
  private final Learner learner;
  private final boolean half;
  private final long limit;
  private final Map<String, Frozen> parts = new ConcurrentHashMap<>();
  private long bytes;

  /**
   * @param half whether numbers are kept in half precision; they have been rounded to it already
   * @param limit bytes
   */
  MemoryCache(Learner learner, boolean half, long limit) {
    this.learner = learner;
    this.half = half;
    this.limit = limit;
  }

  @Override
  public boolean has(String image) {
    return parts.containsKey(image);
  }

  @Override
  public Optional<Frozen> get(String image) {
    return Optional.ofNullable(parts.get(image)).map(learner::use);
  }

  @Override
  public void put(String image, Frozen part) {
    long size = part.numbers() * (half ? 2 : 4);
    if (bytes + size > limit || parts.containsKey(image)) {
      return;
    }
    bytes += size;
    parts.put(image, learner.keep(part, half));
  }

  @Override
  public long bytes() {
    return bytes;
  }

  @Override
  public String description() {
    return "in memory, at most " + ByteSize.text(limit);
  }

  @Override
  public void close() {
    parts.values().forEach(Frozen::close);
    parts.clear();
  }
}
