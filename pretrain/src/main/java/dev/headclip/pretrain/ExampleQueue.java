package dev.headclip.pretrain;

import dev.headclip.internal.threads.DaemonThreads;
import dev.headclip.internal.threads.Waiting;
import dev.headclip.synth.Example;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongFunction;

/** Batches of generated examples, made ahead by other threads, in the order of their indices. */
final class ExampleQueue implements AutoCloseable {
  private static final int AHEAD = 3;

  private final LongFunction<List<Example>> source;
  private final int groups;
  private final ExecutorService pool =
      Executors.newFixedThreadPool(
          Runtime.getRuntime().availableProcessors(), DaemonThreads.named("examples"));
  private final Queue<Future<List<Example>>> ahead = new ArrayDeque<>();
  private long next;

  /**
   * @param source examples of an index; as many of each
   * @param groups indices a batch
   */
  ExampleQueue(LongFunction<List<Example>> source, int groups) {
    this.source = source;
    this.groups = groups;
  }

  void startAt(int batch) {
    next = (long) batch * groups;
  }

  List<Example> next() {
    while (ahead.size() < groups * AHEAD) {
      long index = next++;
      ahead.add(pool.submit(() -> source.apply(index)));
    }
    List<Example> out = new ArrayList<>();
    for (int i = 0; i < groups; i++) {
      out.addAll(Waiting.taken(() -> ahead.remove().get()));
    }
    return out;
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
