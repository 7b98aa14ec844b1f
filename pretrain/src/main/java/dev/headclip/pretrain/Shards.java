package dev.headclip.pretrain;

import dev.headclip.internal.threads.DaemonThreads;
import dev.headclip.internal.threads.Waiting;
import dev.headclip.torch.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/**
 * Threads that each compute a part of a step on one core: of so small a network the operations are
 * too short to be shared among cores (two threads of libtorch took 0.83 of the time of one, two
 * parts of a batch 0.6).
 */
final class Shards implements AutoCloseable {
  private final int count;
  private final int before;
  private final ExecutorService pool;

  Shards(int count) {
    this.count = count;
    this.before = Torch.threads();
    Torch.useThreads(count > 1 ? 1 : before);
    this.pool = Executors.newFixedThreadPool(count, DaemonThreads.named("shards"));
  }

  int count() {
    return count;
  }

  /** What each part gives, in order; all of them have ended. */
  <T> List<T> each(IntFunction<T> part) {
    List<Callable<T>> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int index = i;
      all.add(() -> part.apply(index));
    }
    return ended(all);
  }

  /** Runs all, as many at once as there are parts. */
  void all(List<Runnable> tasks) {
    ended(tasks.stream().map(Executors::callable).toList());
  }

  private <T> List<T> ended(List<? extends Callable<T>> tasks) {
    List<T> out = new ArrayList<>();
    for (Future<T> f : Waiting.taken(() -> pool.invokeAll(tasks))) {
      out.add(Waiting.taken(f::get));
    }
    return out;
  }

  @Override
  public void close() {
    pool.shutdown();
    Torch.useThreads(before);
  }
}
