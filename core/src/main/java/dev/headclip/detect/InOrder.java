package dev.headclip.detect;

import dev.headclip.internal.threads.DaemonThreads;
import dev.headclip.internal.threads.Waiting;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * What is made of each element of a list, by several threads, a few ahead, in the list's order.
 *
 * @param <T> an element
 * @param <R> what is made of it
 */
final class InOrder<T, R> implements Iterator<R>, AutoCloseable {
  private final List<T> items;
  private final Function<T, R> work;
  private final ExecutorService pool;
  private final int ahead;
  private final Queue<Future<R>> pending = new ArrayDeque<>();
  private int next;

  InOrder(List<T> items, int threads, Function<T, R> work) {
    this.items = items;
    this.work = work;
    this.ahead = threads + 1;
    this.pool = Executors.newFixedThreadPool(threads, DaemonThreads.named("headclip-results"));
  }

  @Override
  public boolean hasNext() {
    return !pending.isEmpty() || next < items.size();
  }

  @Override
  public R next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    while (pending.size() < ahead && next < items.size()) {
      int i = next++;
      pending.add(pool.submit(() -> work.apply(items.get(i))));
    }
    return Waiting.taken(() -> pending.remove().get());
  }

  @Override
  public void close() {
    next = items.size();
    pool.shutdownNow();
    try {
      pool.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
