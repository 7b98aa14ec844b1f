package dev.headclip.training;

import dev.headclip.image.Normalization;
import dev.headclip.internal.threads.DaemonThreads;
import dev.headclip.internal.threads.Waiting;
import dev.headclip.method.Views;
import dev.headclip.training.cache.FeatureCache;
import dev.headclip.training.spi.Frozen;
import dev.headclip.training.spi.Learner;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Gives the frozen part and the mask of one image after the other: from the cache where it is
 * there, else by running the tower. Reading runs ahead of the computation.
 */
final class RecordLoader implements AutoCloseable {
  private static final int AHEAD = 6;

  /**
   * How images become frozen parts.
   *
   * @param learner that computes them
   * @param views of an image; the first one counts
   * @param size side of the network's input
   * @param half whether the numbers are rounded to half precision
   */
  record Making(Learner learner, Views views, Normalization normalization, int size, boolean half) {
    Frozen of(TrainingData.Prepared p) {
      return learner.frozen(p.pixels(), p.mask(), half);
    }
  }

  /**
   * One image.
   *
   * @param index in the data
   * @param part its frozen part
   */
  record Item(int index, Frozen part) implements AutoCloseable {
    @Override
    public void close() {
      part.close();
    }
  }

  /**
   * What is to be given.
   *
   * @param index of an image
   * @param mosaic the images in its place
   */
  record Wanted(int index, Optional<int[]> mosaic) {
    static Wanted of(int index) {
      return new Wanted(index, Optional.empty());
    }
  }

  /** Read ahead: a whole item, or what is needed to make it. */
  private record Ahead(
      int index, Optional<Item> item, Optional<TrainingData.Prepared> prepared, boolean kept) {}

  private final Making making;
  private final FeatureCache cache;
  private final TrainingData data;
  private final Queue<Future<Ahead>> ahead = new ArrayDeque<>();
  private final Queue<Wanted> waiting = new ArrayDeque<>();
  private final ExecutorService pool =
      Executors.newFixedThreadPool(2, DaemonThreads.named("training-data"));
  private long computed;

  RecordLoader(Making making, FeatureCache cache, TrainingData data) {
    this.making = making;
    this.cache = cache;
    this.data = data;
  }

  /** Begins to read these images; {@link #next} gives them in this order. */
  void start(List<Wanted> order) {
    waiting.addAll(order);
    fill();
  }

  private void fill() {
    while (ahead.size() < AHEAD && !waiting.isEmpty()) {
      Wanted next = waiting.remove();
      ahead.add(pool.submit(() -> read(next)));
    }
  }

  private Ahead read(Wanted wanted) {
    int index = wanted.index();
    if (wanted.mosaic().isPresent()) {
      // of this epoch alone: never in the cache
      TrainingData.Prepared four = data.mosaic(wanted.mosaic().get(), making);
      return new Ahead(index, Optional.empty(), Optional.of(four), false);
    }
    String digest = data.check().digests().get(index);
    if (cache.has(digest)) {
      Optional<Frozen> part = cache.get(digest);
      if (part.isPresent()) {
        return new Ahead(index, part.map(p -> new Item(index, p)), Optional.empty(), false);
      }
    }
    return new Ahead(index, Optional.empty(), Optional.of(data.prepare(index, making)), true);
  }

  /** The next image of {@link #start}; the caller closes it. */
  Item next() {
    Ahead a = Waiting.taken(() -> ahead.remove().get());
    fill();
    return a.item().orElseGet(() -> compute(a));
  }

  private Item compute(Ahead a) {
    computed++;
    Frozen part = making.of(a.prepared().orElseThrow());
    if (a.kept()) {
      cache.put(data.check().digests().get(a.index()), part);
    }
    return new Item(a.index(), part);
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
