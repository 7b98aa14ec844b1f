package dev.headclip.torch.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Optional;

/**
 * Keeps the {@link FrozenPart} of images between epochs, within a limit; what does not fit is
 * computed anew. Results do not depend on it.
 */
sealed interface FeatureCache extends AutoCloseable permits MemoryCache, DiskCache, NoCache {
  /** Whether {@link #get} may find the image; cheap. */
  boolean has(String image);

  /**
   * A record, or empty where there is none that is whole. Called from another thread than {@link
   * #put}.
   *
   * @param image digest of image and mask
   * @param owner of arrays that are made for the caller
   */
  Optional<List<NDArray>> get(String image, NDManager owner);

  /** Stores a record if there is room. The arrays stay the caller's. */
  void put(String image, List<NDArray> record);

  /** Bytes kept. */
  long bytes();

  /** One sentence for the log. */
  String description();

  @Override
  void close();
}
