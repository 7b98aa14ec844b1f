package dev.headclip.engine;

import dev.headclip.clip.ClipConfig;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/** What sessions have in common: computations share them, and closing waits for these. */
public final class SessionGuard {
  private static final long TOKEN_BUDGET = 400_000;
  private static final int LARGEST = 8;

  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean closed;

  /** A batch size that serves throughput without much memory. */
  public static int batch(ClipConfig config, int imageSize) {
    long tokens = (long) config.grid(imageSize) * config.grid(imageSize) + 1;
    return (int) Math.max(1, Math.min(LARGEST, TOKEN_BUDGET / (tokens * config.vision().width())));
  }

  /**
   * Runs a computation.
   *
   * @throws IllegalStateException after {@link #close}
   */
  public <R> R use(Supplier<R> computation) {
    lock.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the detector is closed");
      }
      return computation.get();
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Runs {@code release} once all computations have ended; a second time does nothing. */
  public void close(Runnable release) {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        release.run();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
