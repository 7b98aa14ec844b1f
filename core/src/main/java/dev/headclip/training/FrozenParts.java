package dev.headclip.training;

import dev.headclip.backbone.Backbone;
import dev.headclip.dataset.DataDigest;
import dev.headclip.method.MethodConfig;
import dev.headclip.training.cache.CacheSettings;
import dev.headclip.training.cache.FeatureCache;
import dev.headclip.training.spi.Frozen;
import dev.headclip.training.spi.Learner;
import java.util.Optional;

/** The frozen parts of a method's images, with the cache that keeps them. */
final class FrozenParts implements AutoCloseable {
  private final RecordLoader.Making making;
  private final CacheSettings settings;
  private final String key;
  private Optional<FeatureCache> cache = Optional.empty();
  private long each;

  FrozenParts(
      Learner learner,
      Backbone backbone,
      MethodConfig<?> method,
      CacheSettings settings,
      boolean half) {
    this.making =
        new RecordLoader.Making(
            learner, method.views(), backbone.normalization(), method.imageSize(), half);
    this.settings = settings;
    this.key =
        DataDigest.of(
            "headclip-features-2 %s %s %d %s %s %s %s"
                .formatted(
                    method.frozenPart().key(),
                    backbone.digest(),
                    method.imageSize(),
                    method.position(),
                    backbone.normalization(),
                    half,
                    learner.machine()));
  }

  /**
   * Opens the cache where that has not been done.
   *
   * @param data whose first image shows how much room each takes
   * @param images that the cache is to hold in all
   */
  void measured(TrainingData data, long images) {
    if (cache.isEmpty()) {
      // not kept: read back in another thread, it would cost the first epoch a third of its speed
      // (OpenMP then counts more threads than cores, and stops spinning between operations)
      try (Frozen first = making.of(data.prepare(0, making))) {
        each = first.numbers() * (making.half() ? 2 : 4);
        open(each * images);
      }
    }
  }

  private FeatureCache open(long expected) {
    FeatureCache opened = settings.open(making.learner(), key, making.half(), expected);
    cache = Optional.of(opened);
    return opened;
  }

  /** Gives the images of a data set. */
  RecordLoader loader(TrainingData data) {
    if (cache.isEmpty() && settings.place() == CacheSettings.Place.AUTO) {
      measured(data, data.samples().size());
    }
    return new RecordLoader(making, cache.orElseGet(() -> open(0)), data);
  }

  /** Bytes that an image takes; known once they were {@link #measured}. */
  long bytesEach() {
    return each;
  }

  /** The cache in one sentence; known once they were {@link #measured}. */
  String description() {
    return cache.map(FeatureCache::description).orElse("not open");
  }

  @Override
  public void close() {
    cache.ifPresent(FeatureCache::close);
  }
}
