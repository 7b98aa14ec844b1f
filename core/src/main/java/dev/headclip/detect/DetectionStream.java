package dev.headclip.detect;

import dev.headclip.HeadClipException;
import dev.headclip.engine.Prediction;
import dev.headclip.image.RgbImage;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Many images through one detector: decoding and finishing run beside the network, memory is
 * bounded by a few batches and a share of the heap, results come in the order of the images.
 *
 * @param <R> what is made of each outcome
 */
public final class DetectionStream<R> {
  private static final int THREADS = Math.max(2, Runtime.getRuntime().availableProcessors());

  private final Detector detector;
  private final boolean keepPixels;
  private final Function<Outcome, R> finish;
  // bytes of decoded images that wait for their finish
  private final AtomicLong held = new AtomicLong();
  private final long budget = Runtime.getRuntime().maxMemory() / 5;

  /**
   * @param keepPixels whether outcomes carry the decoded image
   * @param finish run beside the network, from several threads: writing maps and the like; what it
   *     throws ends the run
   */
  public DetectionStream(Detector detector, boolean keepPixels, Function<Outcome, R> finish) {
    this.detector = detector;
    this.keepPixels = keepPixels;
    this.finish = finish;
  }

  /** A decoded image, or why it could not be. */
  private record Decoded(
      Path image, Optional<JointScore.Prepared> prepared, Optional<RgbImage> pixels, String error) {
    static Decoded failed(Path image, String error) {
      return new Decoded(image, Optional.empty(), Optional.empty(), error);
    }

    long bytes() {
      return pixels.map(p -> (long) p.rgb().length).orElse(0L);
    }
  }

  /** Scores all images; {@code results} is called in their order, from this thread. */
  public void run(Iterable<Path> images, Consumer<R> results) {
    ExecutorService pool =
        Executors.newFixedThreadPool(
            THREADS,
            task -> {
              Thread t = new Thread(task, "headclip-images");
              t.setDaemon(true);
              return t;
            });
    try {
      run(images.iterator(), results, pool);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HeadClipException("interrupted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof HeadClipException h) {
        throw h;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      stop(pool);
    }
  }

  /** Files that are being written are finished or taken back before the caller goes on. */
  private static void stop(ExecutorService pool) {
    pool.shutdownNow();
    try {
      pool.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run(Iterator<Path> images, Consumer<R> results, ExecutorService pool)
      throws InterruptedException, ExecutionException {
    int batch = detector.preferredBatch();
    // a batch ahead, and no thread idle where batches are of one image
    int ahead = Math.max(2 * batch, THREADS + 1);
    Queue<Future<Decoded>> decoding = new ArrayDeque<>();
    Queue<Future<R>> finishing = new ArrayDeque<>();
    while (images.hasNext() || !decoding.isEmpty()) {
      while (images.hasNext()
          && decoding.size() < ahead
          && (held.get() < budget || decoding.isEmpty())) {
        Path image = images.next();
        decoding.add(pool.submit(() -> decode(image)));
      }
      List<Decoded> group = new ArrayList<>();
      while (group.size() < batch && !decoding.isEmpty()) {
        group.add(decoding.remove().get());
      }
      score(group, pool, finishing);
      while (finishing.size() > ahead || (held.get() >= budget && !finishing.isEmpty())) {
        results.accept(finishing.remove().get());
      }
    }
    for (Future<R> f : finishing) {
      results.accept(f.get());
    }
  }

  private Decoded decode(Path image) {
    long start = System.nanoTime();
    try {
      RgbImage pixels = detector.loader().load(image);
      JointScore.Prepared p = detector.prepare(pixels, start);
      Decoded d =
          new Decoded(
              image, Optional.of(p), keepPixels ? Optional.of(pixels) : Optional.empty(), "");
      held.addAndGet(d.bytes());
      return d;
    } catch (HeadClipException e) {
      return Decoded.failed(image, e.getMessage());
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      // no image may end the run, whatever it does to a decoder
      return Decoded.failed(image, reason(e));
    }
  }

  private static String reason(Throwable e) {
    return e instanceof OutOfMemoryError
        ? "not enough memory for it; give Java more (-Xmx)"
        : "cannot be processed (%s)".formatted(e);
  }

  private void score(List<Decoded> group, ExecutorService pool, Queue<Future<R>> finishing) {
    List<JointScore.Prepared> good = group.stream().flatMap(d -> d.prepared().stream()).toList();
    long start = System.nanoTime();
    Optional<Prediction> p = good.isEmpty() ? Optional.empty() : Optional.of(detector.run(good));
    double each = (System.nanoTime() - start) / 1e6 / Math.max(1, good.size());
    int at = 0;
    for (Decoded d : group) {
      int i = d.prepared().isPresent() ? at++ : -1;
      finishing.add(pool.submit(() -> finished(d, p, i, each)));
    }
  }

  private R finished(Decoded d, Optional<Prediction> p, int i, double ms) {
    try {
      return finish.apply(outcome(d, p, i, ms));
    } catch (OutOfMemoryError e) {
      return finish.apply(new Outcome.Failed(d.image(), reason(e)));
    } finally {
      held.addAndGet(-d.bytes());
    }
  }

  private Outcome outcome(Decoded d, Optional<Prediction> p, int i, double ms) {
    if (d.prepared().isEmpty()) {
      return new Outcome.Failed(d.image(), d.error());
    }
    try {
      Detection found = detector.finish(d.prepared().get(), p.orElseThrow(), i, ms);
      return new Outcome.Scored(d.image(), found, d.pixels());
    } catch (HeadClipException e) {
      return new Outcome.Failed(d.image(), e.getMessage());
    }
  }
}
