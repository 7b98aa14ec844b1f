package dev.headclip.spark.internal.score;

import dev.headclip.detect.Detections;
import dev.headclip.detect.ImageSource;
import dev.headclip.detect.StreamSettings;
import dev.headclip.spark.internal.model.Opened;
import dev.headclip.spark.internal.model.Opening;
import dev.headclip.spark.internal.model.Shared;
import java.time.Duration;
import java.util.Iterator;
import java.util.function.Function;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.util.TaskCompletionListener;

/** What every task that looks at images does. */
public final class Tasks {
  /** An image that takes longer to decode does not hold up the others of its task. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** The heap's part for images that wait, of all tasks together. */
  private static final int HEAP_SHARE = 5;

  private Tasks() {}

  /** A task has its share of the heap, and decodes with a thread more than its cores. */
  public static StreamSettings stream(TaskContext task) {
    int all = Runtime.getRuntime().availableProcessors();
    int cores = SparkEnv.get().conf().getInt("spark.executor.cores", all);
    int tasks = Math.max(1, cores / task.cpus());
    long bytes = Math.max(1, Runtime.getRuntime().maxMemory() / HEAP_SHARE / tasks);
    return new StreamSettings(false, task.cpus() + 1, bytes, PATIENCE);
  }

  /** The JVM's one model, until the task ends. */
  public static Opened model(Opening opening) {
    TaskContext task = TaskContext.get();
    Shared<Opened> shared = opening.opened(task.cpus());
    atEnd(task, shared::close);
    return shared.get();
  }

  /** Runs something when a task ends, however it does; the last that was said so first. */
  private static void atEnd(TaskContext task, Runnable what) {
    TaskCompletionListener listener = t -> what.run();
    task.addTaskCompletionListener(listener);
  }

  /** Throws where Spark wants a task to stop. */
  public static void requireAlive(TaskContext task) {
    if (task.isInterrupted()) {
      throw new TaskKilledException();
    }
  }

  /**
   * What becomes of a task's images, until Spark wants it to stop.
   *
   * @param source of what became of it
   */
  public static <T> Iterator<T> taken(
      Detections<T> found, RowImages images, Function<T, ImageSource> source) {
    // before the model is left: what was said last is done first
    atEnd(TaskContext.get(), found::close);
    return mapped(
        found,
        one -> {
          images.lookedAt(source.apply(one));
          return one;
        });
  }

  /** What is made of each element, one at a time, until Spark wants the task to stop. */
  public static <A, B> Iterator<B> mapped(Iterator<A> from, Function<A, B> made) {
    TaskContext task = TaskContext.get();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return from.hasNext();
      }

      @Override
      public B next() {
        requireAlive(task);
        return made.apply(from.next());
      }
    };
  }
}
