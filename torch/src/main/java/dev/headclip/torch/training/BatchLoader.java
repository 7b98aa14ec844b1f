package dev.headclip.torch.training;

import dev.headclip.HeadClipException;
import dev.headclip.dataset.MaskReader;
import dev.headclip.dataset.Sample;
import dev.headclip.image.ImageLoader;
import dev.headclip.image.Normalization;
import dev.headclip.image.Preprocess;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Reads training batches ahead of the computation. */
final class BatchLoader implements AutoCloseable {
  private static final int AHEAD = 2;

  /**
   * A batch.
   *
   * @param pixels [B,3,S,S], normalised
   * @param labels 1 for anomalous
   * @param masks [B,S,S], 0 or 1; all 0 where there is no mask
   * @param images their files
   */
  record Batch(float[] pixels, int[] labels, float[] masks, List<Path> images) {}

  private final List<Sample> samples;
  private final int size;
  private final Normalization normalization;
  private final ImageLoader loader;
  private final ExecutorService pool =
      Executors.newFixedThreadPool(
          2,
          task -> {
            Thread t = new Thread(task, "training-images");
            t.setDaemon(true);
            return t;
          });
  private final Queue<Future<Batch>> ahead = new ArrayDeque<>();
  private Iterator<int[]> rest = List.<int[]>of().iterator();

  BatchLoader(List<Sample> samples, int size, Normalization normalization, ImageLoader loader) {
    this.samples = List.copyOf(samples);
    this.size = size;
    this.normalization = normalization;
    this.loader = loader;
  }

  /** The order of an epoch: a Fisher-Yates shuffle that depends on seed and epoch alone. */
  List<int[]> shuffled(long seed, int epoch, int batch) {
    SplittableRandom r = new SplittableRandom(seed * 1_000_003 + epoch);
    int[] order = new int[samples.size()];
    for (int i = 0; i < order.length; i++) {
      int j = r.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    List<int[]> batches = new ArrayList<>();
    for (int from = 0; from < order.length; from += batch) {
      batches.add(java.util.Arrays.copyOfRange(order, from, Math.min(order.length, from + batch)));
    }
    return batches;
  }

  void start(List<int[]> batches) {
    rest = batches.iterator();
    fill();
  }

  private void fill() {
    while (ahead.size() < AHEAD && rest.hasNext()) {
      int[] indices = rest.next();
      ahead.add(pool.submit(() -> load(indices)));
    }
  }

  Batch next() {
    try {
      Batch b = ahead.remove().get();
      fill();
      return b;
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

  private Batch load(int[] indices) {
    int n = size * size;
    Batch b =
        new Batch(
            new float[indices.length * 3 * n],
            new int[indices.length],
            new float[indices.length * n],
            new ArrayList<>());
    for (int i = 0; i < indices.length; i++) {
      Sample s = samples.get(indices[i]);
      try {
        normalization.apply(
            Preprocess.SQUARE.apply(loader.load(s.image()), size), b.pixels(), i * 3 * n);
      } catch (HeadClipException e) {
        throw new HeadClipException("%s: %s".formatted(s.image(), e.getMessage()), e);
      }
      b.labels()[i] = s.anomalous() ? 1 : 0;
      b.images().add(s.image());
      if (s.mask().isPresent()) {
        byte[] mask = MaskReader.square(loader, s.mask().get(), size);
        for (int k = 0; k < n; k++) {
          b.masks()[i * n + k] = mask[k];
        }
      }
    }
    return b;
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
