package dev.headclip.torch.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Records in native memory, gone with the process. */
final class MemoryCache implements FeatureCache {
  private final NDManager manager;
  private final boolean half;
  private final long limit;
  private final Map<String, List<NDArray>> records = new ConcurrentHashMap<>();
  private long bytes;

  /**
   * @param half whether numbers are kept in half precision; they have been rounded to it already
   * @param limit bytes
   */
  MemoryCache(NDManager parent, boolean half, long limit) {
    this.manager = parent.newSubManager(ai.djl.Device.cpu());
    this.half = half;
    this.limit = limit;
  }

  @Override
  public boolean has(String image) {
    return records.containsKey(image);
  }

  @Override
  public Optional<List<NDArray>> get(String image, NDManager owner) {
    return Optional.ofNullable(records.get(image))
        .map(r -> r.stream().map(x -> whole(x, owner)).toList());
  }

  /** On the caller's device and in float32; the array itself where it is that already. */
  private static NDArray whole(NDArray x, NDManager owner) {
    NDArray there = x.toDevice(owner.getDevice(), false);
    NDArray floats = there.toType(DataType.FLOAT32, false);
    for (NDArray made : List.of(there, floats)) {
      if (made != x) {
        made.attach(owner);
      }
    }
    return floats;
  }

  @Override
  public void put(String image, List<NDArray> record) {
    long size = record.stream().mapToLong(x -> x.size() * (half ? 2 : 4)).sum();
    if (bytes + size > limit || records.containsKey(image)) {
      return;
    }
    bytes += size;
    records.put(image, record.stream().map(this::copy).toList());
  }

  private NDArray copy(NDArray x) {
    NDArray copy = x.toType(half ? DataType.FLOAT16 : DataType.FLOAT32, true);
    if (!copy.getDevice().equals(manager.getDevice())) {
      try (NDArray elsewhere = copy) {
        copy = elsewhere.toDevice(manager.getDevice(), true);
      }
    }
    copy.attach(manager);
    return copy;
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
    manager.close();
  }
}
