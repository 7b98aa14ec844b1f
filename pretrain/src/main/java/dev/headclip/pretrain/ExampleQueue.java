package dev.headclip.pretrain;

import dev.headclip.HeadClipException;
import dev.headclip.internal.threads.DaemonThreads;
import dev.headclip.synth.Example;
import dev.headclip.synth.Generator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Batches of generated examples, made ahead by other threads, in the order of their indices. */
final class ExampleQueue implements AutoCloseable {
  private static final int AHEAD = 3;

  private final Generator generator;
  private final int batch;
  private final ExecutorService pool =
      Executors.newFixedThreadPool(
          Runtime.getRuntime().availableProcessors(), DaemonThreads.named("examples"));
  private final Queue<Future<Example>> ahead = new ArrayDeque<>();
  private long next;

  ExampleQueue(Generator generator, int batch) {
    this.generator = generator;
    this.batch = batch;
  }

  void startAt(long index) {
    next = index;
  }

  List<Example> next() {
    while (ahead.size() < batch * AHEAD) {
      long index = next++;
      ahead.add(pool.submit(() -> generator.any(index)));
    }
    List<Example> out = new ArrayList<>();
    try {
      for (int i = 0; i < batch; i++) {
        out.add(ahead.remove().get());
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HeadClipException("interrupted", e);
    }
    return out;
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
