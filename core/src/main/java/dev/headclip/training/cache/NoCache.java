package dev.headclip.training.cache;

import dev.headclip.training.spi.Frozen;
import java.util.Optional;

/** No cache: the tower runs for every image in every epoch. */
record NoCache() implements FeatureCache {
  @Override
  public boolean has(String image) {
    return false;
  }

  @Override
  public Optional<Frozen> get(String image) {
    return Optional.empty();
  }

  @Override
  public void put(String image, Frozen part) {}

  @Override
  public long bytes() {
    return 0;
  }

  @Override
  public String description() {
    return "no cache";
  }

  @Override
  public void close() {}
}
