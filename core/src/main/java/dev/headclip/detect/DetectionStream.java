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
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Many images through one detector: decoding and finishing run beside the network, memory is
 * bounded by a few batches, results come in the order of the images.
 *
 * @param <R> what is made of each outcome
 */
public final class DetectionStream<R> {
  private final Detector detector;
  private final boolean keepPixels;
  private final Function<Outcome, R> finish;

  /**
   * @param keepPixels whether outcomes carry the decoded image
   * @param finish run beside the network, from several threads: writing maps and the like
   */
  public DetectionStream(Detector detector, boolean keepPixels, Function<Outcome, R> finish) {
    this.detector = detector;
    this.keepPixels = keepPixels;
    this.finish = finish;
  }

  /** A decoded image, or why it could not be. */
  private record Decoded(Path image, Optional<JointScore.Prepared> prepared, String error) {}

  /** Scores all images; {@code results} is called in their order, from this thread. */
  public void run(Iterable<Path> images, Consumer<R> results) {
    int threads = Math.max(2, Runtime.getRuntime().availableProcessors());
    ExecutorService pool =
        Executors.newFixedThreadPool(
            threads,
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
      pool.shutdownNow();
    }
  }

  private void run(Iterator<Path> images, Consumer<R> results, ExecutorService pool)
      throws InterruptedException, ExecutionException {
    int batch = detector.preferredBatch();
    Queue<Future<Decoded>> decoding = new ArrayDeque<>();
    Queue<Future<R>> finishing = new ArrayDeque<>();
    while (images.hasNext() || !decoding.isEmpty()) {
      while (images.hasNext() && decoding.size() < 2 * batch) {
        Path image = images.next();
        decoding.add(pool.submit(() -> decode(image)));
      }
      List<Decoded> group = new ArrayList<>();
      while (group.size() < batch && !decoding.isEmpty()) {
        group.add(decoding.remove().get());
      }
      score(group, pool, finishing);
      while (finishing.size() > 2 * batch) {
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
      return new Decoded(image, Optional.of(p), "");
    } catch (HeadClipException e) {
      return new Decoded(image, Optional.empty(), e.getMessage());
    } catch (OutOfMemoryError e) {
      return new Decoded(image, Optional.empty(), "not enough memory; give Java more (-Xmx)");
    }
  }

  private void score(List<Decoded> group, ExecutorService pool, Queue<Future<R>> finishing) {
    List<JointScore.Prepared> good = group.stream().flatMap(d -> d.prepared().stream()).toList();
    long start = System.nanoTime();
    Optional<Prediction> p = good.isEmpty() ? Optional.empty() : Optional.of(detector.run(good));
    double each = (System.nanoTime() - start) / 1e6 / Math.max(1, good.size());
    int at = 0;
    for (Decoded d : group) {
      if (d.prepared().isEmpty()) {
        finishing.add(pool.submit(() -> finish.apply(new Outcome.Failed(d.image(), d.error()))));
      } else {
        int i = at++;
        finishing.add(
            pool.submit(
                () -> {
                  JointScore.Prepared image = d.prepared().get();
                  Detection found = detector.finish(image, p.orElseThrow(), i, each);
                  return finish.apply(
                      new Outcome.Scored(
                          d.image(),
                          found,
                          keepPixels ? Optional.of(image.source()) : Optional.empty()));
                }));
      }
    }
  }
}
