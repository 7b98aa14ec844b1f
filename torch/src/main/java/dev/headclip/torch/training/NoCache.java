package dev.headclip.torch.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Optional;

/** No cache: the tower runs for every image in every epoch. */
record NoCache() implements FeatureCache {
  @Override
  public boolean has(String image) {
    return false;
  }

  @Override
  public Optional<List<NDArray>> get(String image, NDManager owner) {
    return Optional.empty();
  }

  @Override
  public void put(String image, List<NDArray> record) {}

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
