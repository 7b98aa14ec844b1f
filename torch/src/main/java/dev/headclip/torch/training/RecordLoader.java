package dev.headclip.torch.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.headclip.HeadClipException;
import dev.headclip.image.Normalization;
import dev.headclip.tensor.HostTensor;
import dev.headclip.torch.TorchOps;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Gives the {@link FrozenPart} and the mask of one image after the other: from the cache where it
 * is there, else by running the tower. Reading runs ahead of the computation.
 */
final class RecordLoader implements AutoCloseable {
  private static final int AHEAD = 6;

  /**
   * One image.
   *
   * @param index in the data
   * @param record of the frozen part
   * @param mask [1,S,S]
   * @param owner of arrays that are this item's alone
   */
  record Item(int index, List<NDArray> record, NDArray mask, NDManager owner)
      implements AutoCloseable {
    @Override
    public void close() {
      owner.close();
    }
  }

  /** Read ahead: a whole item, or what is needed to make it. */
  private record Ahead(int index, Optional<Item> item, Optional<TrainingData.Prepared> prepared) {}

  private final NDManager parent;
  private final FrozenPart part;
  private final FeatureCache cache;
  private final TrainingData data;
  private final int size;
  private final Normalization normalization;
  private final boolean half;
  private final Queue<Future<Ahead>> ahead = new ArrayDeque<>();
  private final Queue<Integer> waiting = new ArrayDeque<>();
  private final ExecutorService pool =
      Executors.newFixedThreadPool(
          2,
          task -> {
            Thread t = new Thread(task, "training-data");
            t.setDaemon(true);
            return t;
          });
  private long computed;

  RecordLoader(
      NDManager parent,
      FrozenPart part,
      FeatureCache cache,
      TrainingData data,
      int size,
      Normalization normalization,
      boolean half) {
    this.parent = parent;
    this.part = part;
    this.cache = cache;
    this.data = data;
    this.size = size;
    this.normalization = normalization;
    this.half = half;
  }

  /** Begins to read these images; {@link #next} gives them in this order. */
  void start(List<Integer> order) {
    waiting.addAll(order);
    fill();
  }

  private void fill() {
    while (ahead.size() < AHEAD && !waiting.isEmpty()) {
      int index = waiting.remove();
      ahead.add(pool.submit(() -> read(index)));
    }
  }

  private Ahead read(int index) {
    String digest = data.check().digests().get(index);
    if (cache.has(digest)) {
      NDManager owner = parent.newSubManager();
      Optional<List<NDArray>> all = cache.get(digest, owner);
      if (all.isPresent() && all.get().size() > 1) {
        int last = all.get().size() - 1;
        Item item = new Item(index, all.get().subList(0, last), all.get().get(last), owner);
        return new Ahead(index, Optional.of(item), Optional.empty());
      }
      owner.close();
    }
    return new Ahead(
        index, Optional.empty(), Optional.of(data.prepare(index, size, normalization)));
  }

  /** The next image of {@link #start}; the caller closes it. */
  Item next() {
    try {
      Ahead a = ahead.remove().get();
      fill();
      return a.item().orElseGet(() -> compute(a.index(), a.prepared().orElseThrow()));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof HeadClipException h) {
        throw h;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HeadClipException("interrupted", e);
    }
  }

  private Item compute(int index, TrainingData.Prepared p) {
    NDManager owner = parent.newSubManager();
    computed++;
    List<NDArray> all = new ArrayList<>();
    try (TorchOps ops = new TorchOps(parent)) {
      NDArray pixels = ops.constant(HostTensor.of(p.pixels(), 1, 3, size, size));
      for (NDArray x : ops.scope(() -> part.record(ops, pixels))) {
        // views become arrays of their own, so that a stored record is the same to the bit
        NDArray own = (half ? ops.roundToHalf(x) : x).duplicate();
        own.attach(owner);
        all.add(own);
      }
      NDArray mask = ops.constant(HostTensor.of(p.mask(), 1, size, size));
      mask.attach(owner);
      all.add(mask);
    }
    cache.put(data.check().digests().get(index), all);
    int last = all.size() - 1;
    return new Item(index, List.copyOf(all.subList(0, last)), all.get(last), owner);
  }

  /** How often the tower ran. */
  long computed() {
    return computed;
  }

  @Override
  public void close() {
    waiting.clear();
    for (Future<Ahead> f : ahead) {
      try {
        f.get().item().ifPresent(Item::close);
      } catch (ExecutionException e) {
        // nobody waits for it any more
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    pool.shutdownNow();
  }
}
