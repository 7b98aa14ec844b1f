package dev.headclip.training.cache;

import dev.headclip.training.spi.Frozen;
import java.util.Optional;

/**
 * Keeps the frozen part of images between epochs, within a limit; what does not fit is computed
 * anew. Results do not depend on it.
 */
public sealed interface FeatureCache extends AutoCloseable permits MemoryCache, DiskCache, NoCache {
  /** Whether {@link #get} may find the image; cheap. */
  boolean has(String image);

  /**
   * A frozen part, or empty where there is none that is whole; the caller closes it. Called from
   * another thread than {@link #put}.
   *
   * @param image digest of image and mask
   */
  Optional<Frozen> get(String image);

  /** Keeps a part if there is room. It stays the caller's. */
  void put(String image, Frozen part);

  /** Bytes kept. */
  long bytes();

  /** One sentence for the log. */
  String description();

  @Override
  void close();
}
