package dev.headclip.spark.internal.model;

import dev.headclip.HeadClipException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import javax.imageio.ImageIO;

/**
 * What is opened once in a JVM and shared by its tasks, by key. Two that nobody uses are kept for
 * the next task; all are closed with the JVM.
 *
 * @param <T> what is shared; thread-safe
 */
public final class Shared<T extends AutoCloseable> implements AutoCloseable {
  private static final int IDLE = 2;
  private static final Map<String, Held> ALL = new HashMap<>();
  private static long clock;

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(Shared::closeAll, "headclip-models"));
  }

  private final Held held;
  private final T value;

  private Shared(Held held, T value) {
    this.held = held;
    this.value = value;
  }

  private static final class Held {
    private final CompletableFuture<AutoCloseable> value = new CompletableFuture<>();
    private int users = 1;
    private long left;
  }

  /**
   * One user's share, until closed. The first one opens it, others wait meanwhile.
   *
   * @throws RuntimeException what opening threw
   */
  public static <T extends AutoCloseable> Shared<T> of(
      String key, Class<T> type, Supplier<T> open) {
    Held held;
    boolean first = false;
    synchronized (ALL) {
      held = ALL.get(key);
      if (held == null) {
        held = new Held();
        ALL.put(key, held);
        first = true;
      } else {
        held.users++;
      }
    }
    if (first) {
      opened(key, held, open);
    }
    try {
      return new Shared<>(held, type.cast(held.value.get()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      left(held);
      throw new HeadClipException("stopped while a model was being opened", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException r
          ? r
          : new IllegalStateException(e.getCause());
    }
  }

  private static void opened(String key, Held held, Supplier<? extends AutoCloseable> open) {
    try {
      scanForPlugins();
      held.value.complete(open.get());
    } catch (RuntimeException | Error e) {
      synchronized (ALL) {
        ALL.remove(key, held);
      }
      held.value.completeExceptionally(e);
    }
  }

  /** Java's list of image readers is made once, perhaps before our jar was there. */
  private static void scanForPlugins() {
    Thread t = Thread.currentThread();
    ClassLoader before = t.getContextClassLoader();
    t.setContextClassLoader(Shared.class.getClassLoader());
    try {
      ImageIO.scanForPlugins();
    } finally {
      t.setContextClassLoader(before);
    }
  }

  public T get() {
    return value;
  }

  @Override
  public void close() {
    left(held);
  }

  private static void left(Held held) {
    Held oldest = null;
    synchronized (ALL) {
      held.users--;
      held.left = ++clock;
      long idle = ALL.values().stream().filter(h -> h.users == 0).count();
      if (idle > IDLE) {
        oldest =
            ALL.values().stream()
                .filter(h -> h.users == 0)
                .min(Comparator.comparingLong(h -> h.left))
                .orElseThrow();
        ALL.values().remove(oldest);
      }
    }
    if (oldest != null) {
      close(oldest);
    }
  }

  private static void close(Held held) {
    try {
      if (held.value.isDone() && !held.value.isCompletedExceptionally()) {
        held.value.join().close();
      }
    } catch (Exception e) {
      // nobody is left to be told
      System.getLogger(Shared.class.getName()).log(System.Logger.Level.WARNING, "closing", e);
    }
  }

  /** At the end of the JVM: tasks that still run are cut off anyway. */
  private static void closeAll() {
    synchronized (ALL) {
      ALL.values().stream().filter(h -> h.users == 0).forEach(Shared::close);
      ALL.clear();
    }
  }
}
