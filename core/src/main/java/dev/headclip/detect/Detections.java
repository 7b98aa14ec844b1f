package dev.headclip.detect;

import dev.headclip.HeadClipException;
import dev.headclip.image.RgbImage;
import dev.headclip.internal.threads.DaemonThreads;
import dev.headclip.internal.threads.Waiting;
import dev.headclip.method.ClassName;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Many images through one detector: decoding and finishing run beside the network, memory is
 * bounded by a few batches and a share of the heap, results come in the order of the images, but
 * for one that decodes longer than {@link StreamSettings#patience}. Taken by one thread; {@link
 * #cancel} may be called from any.
 *
 * @param <R> what is made of each outcome
 */
public final class Detections<R> implements Iterator<R>, AutoCloseable {
  private final Detector detector;
  private final Iterator<ImageSource> images;
  private final StreamSettings settings;
  private final Function<Looked, R> finish;
  private final ExecutorService pool;
  private final int batch;
  private final int ahead;
  // bytes of images that wait for their decoding, or decoded for their finish
  private final AtomicLong held = new AtomicLong();
  private final Queue<Future<Decoded>> decoding = new ArrayDeque<>();
  // those that nobody waits for any more until they are there
  private final Queue<Future<Decoded>> late = new ArrayDeque<>();
  private final Queue<Future<R>> finishing = new ArrayDeque<>();
  private Optional<Decoded> next = Optional.empty();
  private volatile boolean cancelled;

  Detections(
      Detector detector,
      Iterator<ImageSource> images,
      StreamSettings settings,
      Function<Looked, R> finish) {
    this.detector = detector;
    this.images = images;
    this.settings = settings;
    this.finish = finish;
    this.batch = detector.preferredBatch();
    // a batch ahead, and no thread idle where batches are of one image
    this.ahead = Math.max(2 * batch, settings.threads() + 1);
    this.pool =
        Executors.newFixedThreadPool(settings.threads(), DaemonThreads.named("headclip-images"));
  }

  /** A decoded image, or why it could not be. */
  private record Decoded(
      ImageSource source,
      Optional<Sight.Prepared> prepared,
      Optional<RgbImage> pixels,
      String error) {
    static Decoded failed(ImageSource source, String error) {
      return new Decoded(source, Optional.empty(), Optional.empty(), error);
    }

    /** Beside what its source holds. */
    long decodedBytes() {
      return pixels.map(p -> (long) p.rgb().length).orElse(0L)
          + prepared.map(p -> p.inputs().bytes()).orElse(0L);
    }

    long bytes() {
      return source.content().heldBytes() + decodedBytes();
    }

    int views() {
      return prepared.map(p -> p.inputs().count()).orElse(0);
    }
  }

  /** No further image is begun; those that are under way still come. */
  public void cancel() {
    cancelled = true;
  }

  private boolean more() {
    return !cancelled && images.hasNext();
  }

  @Override
  public boolean hasNext() {
    return !finishing.isEmpty()
        || !decoding.isEmpty()
        || !late.isEmpty()
        || next.isPresent()
        || more();
  }

  /**
   * The next image's result.
   *
   * @throws HeadClipException where the run cannot go on
   */
  @Override
  public R next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return Waiting.taken(
        () -> {
          while (!enough()) {
            List<Decoded> group = group();
            if (group.isEmpty() && !finishing.isEmpty()) {
              // the next image is still being decoded: what is there is given meanwhile
              break;
            }
            score(group);
          }
          return finishing.remove().get();
        });
  }

  /** Whether the oldest result may be waited for; before that, the network has work to do. */
  private boolean enough() {
    boolean full = finishing.size() > ahead || held.get() >= settings.heldBytes();
    boolean last = decoding.isEmpty() && late.isEmpty() && next.isEmpty() && !more();
    return !finishing.isEmpty() && (full || last);
  }

  private void decodeAhead() {
    while (more()
        && decoding.size() < ahead
        && (held.get() < settings.heldBytes() || decoding.isEmpty())) {
      ImageSource image = images.next();
      held.addAndGet(image.content().heldBytes());
      decoding.add(pool.submit(() -> decode(image)));
    }
  }

  /** The next images that go through the network together: as many views as fit, of one class. */
  private List<Decoded> group() throws InterruptedException, ExecutionException {
    decodeAhead();
    List<Decoded> group = new ArrayList<>();
    int views = 0;
    while (views < batch && group.size() < batch) {
      Optional<Decoded> there =
          next.isPresent() ? next : decoded(group.isEmpty() && finishing.isEmpty());
      if (there.isEmpty()) {
        break;
      }
      Decoded d = there.get();
      if (!group.isEmpty() && !sameClass(group.get(0), d)) {
        next = Optional.of(d);
        break;
      }
      next = Optional.empty();
      group.add(d);
      views += d.views();
    }
    return group;
  }

  /**
   * The next decoded image.
   *
   * @param needed whether there is nothing else to do than to wait for it
   */
  private Optional<Decoded> decoded(boolean needed)
      throws InterruptedException, ExecutionException {
    while (true) {
      for (Future<Decoded> f : late) {
        if (f.isDone()) {
          late.remove(f);
          return Optional.of(f.get());
        }
      }
      Future<Decoded> first = decoding.poll();
      if (first == null) {
        return needed && !late.isEmpty() ? Optional.of(late.remove().get()) : Optional.empty();
      }
      try {
        return Optional.of(first.get(settings.patience().toMillis(), TimeUnit.MILLISECONDS));
      } catch (TimeoutException e) {
        late.add(first);
        decodeAhead();
      }
    }
  }

  private boolean sameClass(Decoded a, Decoded b) {
    return !detector.model().wantsClassName()
        || detector.className(a.source()).equals(detector.className(b.source()));
  }

  private Decoded decode(ImageSource image) {
    long start = System.nanoTime();
    try {
      ImageSource.Loaded loaded = image.content().loadPage(detector.loader());
      Sight.Prepared p = detector.prepare(image, loaded, start);
      Optional<RgbImage> kept =
          settings.keepPixels() ? Optional.of(loaded.image()) : Optional.empty();
      Decoded d = new Decoded(image, Optional.of(p), kept, "");
      held.addAndGet(d.decodedBytes());
      return d;
    } catch (HeadClipException e) {
      return Decoded.failed(image, e.getMessage());
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      // no image may end the run, whatever it does to a decoder
      return Decoded.failed(image, reason(e));
    }
  }

  /** The one line of what went wrong beyond a picture's own faults. */
  static String reason(Throwable e) {
    return e instanceof OutOfMemoryError
        ? "not enough memory for it; give Java more (-Xmx)"
        : "cannot be processed (%s)".formatted(e);
  }

  private void score(List<Decoded> group) {
    List<Sight.Prepared> good = group.stream().flatMap(d -> d.prepared().stream()).toList();
    long start = System.nanoTime();
    List<Tensors<HostTensor>> evidence = List.of();
    if (!good.isEmpty()) {
      ClassName name = detector.className(group.get(0).source());
      evidence = detector.run(good, name);
    }
    double each = (System.nanoTime() - start) / 1e6 / Math.max(1, good.size());
    int at = 0;
    for (Decoded d : group) {
      Optional<Tensors<HostTensor>> own =
          d.prepared().isPresent() ? Optional.of(evidence.get(at++)) : Optional.empty();
      finishing.add(pool.submit(() -> finished(d, own, each)));
    }
  }

  private R finished(Decoded d, Optional<Tensors<HostTensor>> evidence, double ms) {
    try {
      return finish.apply(
          evidence.isEmpty()
              ? new Looked.Failed(d.source(), d.error())
              : new Looked.Seen(
                  d.source(), d.prepared().orElseThrow(), evidence.get(), ms, d.pixels()));
    } catch (OutOfMemoryError e) {
      return finish.apply(new Looked.Failed(d.source(), reason(e)));
    } finally {
      held.addAndGet(-d.bytes());
    }
  }

  /** Files that are being written are finished or taken back before this returns. */
  @Override
  public void close() {
    cancelled = true;
    pool.shutdownNow();
    try {
      pool.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
