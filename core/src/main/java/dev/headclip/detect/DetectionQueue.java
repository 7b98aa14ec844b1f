package dev.headclip.detect;

import dev.headclip.HeadClipException;
import dev.headclip.internal.threads.DaemonThreads;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Images of many callers at once through one network: decoded beside it, grouped into its batches,
 * in bounded number. Whoever wants images scored asks for places first, and is told when there are
 * none. Detectors stay their callers'.
 *
 * <pre>{@code
 * try (DetectionQueue.Places places = queue.tryPlaces(1).orElseThrow()) {
 *   Outcome found = places.submit(detector, image).join();
 * }
 * }</pre>
 */
public final class DetectionQueue implements AutoCloseable {
  /** Milliseconds that a batch waits for the next of its images. */
  private static final int PATIENCE = 20;

  private static final int SHARE = 4;

  private final int capacity;
  private final Semaphore room;
  // images between decoding and their result: memory is bounded by their number and bytes
  private final Semaphore decoded;
  private final Object memory = new Object();
  private long held;
  private final long most = StreamSettings.defaults().heldBytes();
  private final BlockingQueue<Item> accepted = new LinkedBlockingQueue<>();
  private final BlockingQueue<Ready> ready = new LinkedBlockingQueue<>();
  private final Queue<Ready> others = new ArrayDeque<>();
  private final ExecutorService decoders;
  private final ExecutorService finishers;
  private final Thread network;
  private final Set<CompletableFuture<Outcome>> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger waiting = new AtomicInteger();
  // accepted, and not decoded yet
  private final AtomicInteger coming = new AtomicInteger();
  private volatile boolean closed;

  /** An image that somebody waits for. */
  private record Item(
      Places of, Detector detector, ImageSource source, CompletableFuture<Outcome> result) {
    boolean gone() {
      return of.cancelled || result.isCancelled();
    }
  }

  /** One that the network can take. */
  private record Ready(Item item, Sight.Prepared prepared) {
    long bytes() {
      return prepared.inputs().bytes();
    }
  }

  /**
   * @param capacity images that are accepted and not done, of all callers, at least 1
   * @param threads that decode, and as many that finish, beside the network
   */
  public DetectionQueue(int capacity, int threads) {
    if (capacity < 1 || threads < 1) {
      throw new IllegalArgumentException(
          "capacity %d, threads %d, expected at least 1".formatted(capacity, threads));
    }
    this.capacity = capacity;
    this.room = new Semaphore(capacity, true);
    this.decoded = new Semaphore(Math.max(16, 2 * threads));
    this.decoders = pool(threads, "headclip-decode");
    this.finishers = pool(threads, "headclip-finish");
    for (int i = 0; i < threads; i++) {
      decoders.execute(this::decodeAll);
    }
    this.network = new Thread(this::scoreAll, "headclip-network");
    network.setDaemon(true);
    network.start();
  }

  private static ExecutorService pool(int threads, String name) {
    return Executors.newFixedThreadPool(threads, DaemonThreads.named(name));
  }

  /** Images that may be accepted and not done at a time. */
  public int capacity() {
    return capacity;
  }

  /** What one of several users takes at a time, so that there is room for the others. */
  public int share() {
    return Math.max(1, capacity / SHARE);
  }

  /** Images that are accepted and not done. */
  public int waiting() {
    return waiting.get();
  }

  /**
   * Places for images; empty where there are not enough.
   *
   * @param images that will be submitted; of more than there is room for at all, as many as go at a
   *     time
   */
  public Optional<Places> tryPlaces(int images) {
    int n = Math.max(1, Math.min(images, capacity));
    return !closed && room.tryAcquire(n) ? Optional.of(new Places(n)) : Optional.empty();
  }

  /** The same, waiting for them: for work that nobody waits for. */
  public Places places(int images) throws InterruptedException {
    int n = Math.max(1, Math.min(images, capacity));
    room.acquire(n);
    return new Places(n);
  }

  /** One caller's share of the queue; given back, with what is not begun yet, when closed. */
  public final class Places implements AutoCloseable {
    private final int count;
    private final Semaphore free;
    private int running;
    private volatile boolean cancelled;

    private Places(int count) {
      this.count = count;
      this.free = new Semaphore(count);
    }

    /**
     * An image to be scored. Waits where all places are taken by earlier ones of the same caller.
     *
     * @return what becomes of it; cancelling it takes the image back where it is not begun
     * @throws HeadClipException where the queue is closed, or the thread interrupted
     */
    public CompletableFuture<Outcome> submit(Detector detector, ImageSource image) {
      try {
        free.acquire();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new HeadClipException("interrupted", e);
      }
      CompletableFuture<Outcome> result = new CompletableFuture<>();
      synchronized (this) {
        if (closed || cancelled) {
          free.release();
          throw new HeadClipException("stopped");
        }
        running++;
      }
      waiting.incrementAndGet();
      coming.incrementAndGet();
      open.add(result);
      result.whenComplete((found, error) -> open.remove(result));
      accepted.add(new Item(this, detector, image, result));
      if (closed) {
        result.cancel(false);
      }
      return result;
    }

    private synchronized void left() {
      waiting.decrementAndGet();
      running--;
      free.release();
      giveBack();
    }

    /** What the network has already is waited for by nobody, but still takes its place. */
    private void giveBack() {
      if (cancelled && running == 0) {
        room.release(count);
      }
    }

    @Override
    public synchronized void close() {
      if (!cancelled) {
        cancelled = true;
        giveBack();
      }
    }
  }

  private void left(Item item, Outcome outcome) {
    item.of().left();
    item.result().complete(outcome);
  }

  private void dropped(Item item) {
    item.of().left();
    item.result().cancel(false);
  }

  private void decodeAll() {
    try {
      while (!closed) {
        decoded.acquire();
        Item item = accepted.take();
        awaitMemory();
        Optional<Ready> one = decode(item);
        coming.decrementAndGet();
        one.ifPresent(r -> hold(r.bytes()));
        one.ifPresentOrElse(ready::add, decoded::release);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void awaitMemory() throws InterruptedException {
    synchronized (memory) {
      while (held >= most) {
        memory.wait();
      }
    }
  }

  private void hold(long bytes) {
    synchronized (memory) {
      held += bytes;
      memory.notifyAll();
    }
  }

  /** A decoded image needs its memory no more. */
  private void released(Ready r) {
    decoded.release();
    hold(-r.bytes());
  }

  private Optional<Ready> decode(Item item) {
    if (item.gone()) {
      dropped(item);
      return Optional.empty();
    }
    long start = System.nanoTime();
    try {
      ImageSource.Loaded loaded = item.source().content().loadPage(item.detector().loader());
      Sight.Prepared p = item.detector().prepare(item.source(), loaded, start);
      return Optional.of(new Ready(item, p));
    } catch (HeadClipException e) {
      left(item, new Outcome.Failed(item.source(), e.getMessage()));
    } catch (RuntimeException | Error e) {
      // no image may end the queue, whatever it does to a decoder
      left(item, new Outcome.Failed(item.source(), Detections.reason(e)));
    }
    return Optional.empty();
  }

  private void scoreAll() {
    try {
      while (!closed) {
        List<Ready> group = group();
        if (!group.isEmpty()) {
          score(group);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * What goes through the network together, the oldest first. While more are being decoded it waits
   * a little for them: a full batch costs less than several small ones.
   */
  private List<Ready> group() throws InterruptedException {
    Ready first = others.isEmpty() ? ready.take() : others.remove();
    List<Ready> group = new ArrayList<>();
    if (!kept(first)) {
      return group;
    }
    group.add(first);
    int batch = first.item().detector().preferredBatch();
    ready.drainTo(others);
    int views = first.prepared().inputs().count() + gather(group, batch - 1);
    while (views < batch && coming.get() > 0) {
      Ready next = ready.poll(PATIENCE, TimeUnit.MILLISECONDS);
      if (next == null) {
        break;
      }
      others.add(next);
      views += gather(group, batch - views);
    }
    return group;
  }

  /** Adds what goes with the first of a group; the number of views. */
  private int gather(List<Ready> group, int most) {
    int views = 0;
    Iterator<Ready> rest = others.iterator();
    while (rest.hasNext() && views < most) {
      Ready next = rest.next();
      if (!together(group.get(0).item(), next.item())) {
        continue;
      }
      rest.remove();
      if (kept(next)) {
        group.add(next);
        views += next.prepared().inputs().count();
      }
    }
    return views;
  }

  private boolean kept(Ready r) {
    if (r.item().gone()) {
      released(r);
      dropped(r.item());
      return false;
    }
    return true;
  }

  private static boolean together(Item a, Item b) {
    return a.detector().sharesNetwork(b.detector())
        && (!a.detector().model().wantsClassName()
            || a.detector().className(a.source()).equals(b.detector().className(b.source())));
  }

  private void score(List<Ready> group) {
    Item first = group.get(0).item();
    long start = System.nanoTime();
    List<Tensors<HostTensor>> evidence;
    try {
      evidence =
          first
              .detector()
              .run(
                  group.stream().map(Ready::prepared).toList(),
                  first.detector().className(first.source()));
    } catch (RuntimeException | Error e) {
      group.forEach(r -> failed(r, e));
      return;
    }
    double each = (System.nanoTime() - start) / 1e6 / group.size();
    for (int i = 0; i < group.size(); i++) {
      Ready r = group.get(i);
      Tensors<HostTensor> own = evidence.get(i);
      finishers.execute(() -> finish(r, own, each));
    }
  }

  private void failed(Ready r, Throwable e) {
    released(r);
    left(r.item(), new Outcome.Failed(r.item().source(), Detections.reason(e)));
  }

  private void finish(Ready r, Tensors<HostTensor> evidence, double ms) {
    Item item = r.item();
    Outcome found;
    try {
      found =
          item.detector()
              .judged(new Looked.Seen(item.source(), r.prepared(), evidence, ms, Optional.empty()));
    } catch (RuntimeException | Error e) {
      failed(r, e);
      return;
    }
    released(r);
    left(item, found);
  }

  /** Images that are not done are dropped: their results are cancelled. */
  @Override
  public void close() {
    closed = true;
    decoders.shutdownNow();
    network.interrupt();
    try {
      network.join(TimeUnit.SECONDS.toMillis(30));
      decoders.awaitTermination(10, TimeUnit.SECONDS);
      finishers.shutdown();
      finishers.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // wherever they were held: nobody waits for ever
    open.forEach(r -> r.cancel(false));
  }
}
