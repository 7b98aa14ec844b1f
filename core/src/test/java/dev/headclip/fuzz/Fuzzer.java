package dev.headclip.fuzz;

import com.sun.management.ThreadMXBean;
import dev.headclip.HeadClipException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Feeds mutated seeds to a reader. It may refuse them with one line, or accept them; anything else
 * fails, and the input is kept under {@code target/fuzz}.
 */
public final class Fuzzer {
  private static final long SLOWEST = TimeUnit.SECONDS.toNanos(10);
  private static final long MOST_BYTES = 1L << 30;
  private static final Path KEPT = Path.of("target", "fuzz");

  /** Seconds for each reader; 0 for a fixed number of inputs, the same in every run. */
  private static final int SECONDS = Integer.getInteger("headclip.fuzz.seconds", 0);

  private static final long SEED = Long.getLong("headclip.fuzz.seed", 20261125);

  /** What reads a file. */
  @FunctionalInterface
  public interface Reader {
    /**
     * Reads it, and throws an AssertionError where what it accepts cannot be right.
     *
     * @throws HeadClipException where it is refused
     */
    void read(byte[] file) throws IOException;
  }

  private final String name;
  private final List<byte[]> seeds;
  private final int inputs;

  /**
   * @param name of the reader
   * @param seeds good files
   * @param inputs of the short run
   */
  public Fuzzer(String name, List<byte[]> seeds, int inputs) {
    this.name = name;
    this.seeds = List.copyOf(seeds);
    this.inputs = inputs;
  }

  /** Runs it; the number of inputs that were accepted comes back. */
  public long run(Reader reader) {
    SplittableRandom r = new SplittableRandom(SEED + name.hashCode());
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
    long accepted = 0;
    long n = 0;
    ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor();
    try {
      for (; SECONDS > 0 ? System.nanoTime() < end : n < inputs; n++) {
        byte[] seed = seeds.get(r.nextInt(seeds.size()));
        byte[] input = Mutations.of(seed, seeds.get(r.nextInt(seeds.size())), r);
        ScheduledFuture<?> hang = watch.schedule(() -> hung(input), 60, TimeUnit.SECONDS);
        long start = System.nanoTime();
        long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        accepted += accepts(reader, input) ? 1 : 0;
        long bytes = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
        hang.cancel(false);
        if (System.nanoTime() - start > SLOWEST || bytes > MOST_BYTES) {
          throw new AssertionError(
              "%s: %.1f s and %d MB for %s"
                  .formatted(name, (System.nanoTime() - start) / 1e9, bytes >> 20, keep(input)));
        }
      }
    } finally {
      watch.shutdownNow();
    }
    System.out.printf("fuzz: %-16s %8d inputs, %d accepted%n", name, n, accepted);
    return accepted;
  }

  private boolean accepts(Reader reader, byte[] input) {
    try {
      reader.read(input);
      return true;
    } catch (HeadClipException e) {
      if (e.getMessage() == null || e.getMessage().lines().count() != 1) {
        throw new AssertionError("%s: no line for %s".formatted(name, keep(input)), e);
      }
      return false;
    } catch (Throwable e) {
      throw new AssertionError("%s: %s for %s".formatted(name, e, keep(input)), e);
    }
  }

  private void hung(byte[] input) {
    System.err.printf("fuzz: %s hangs for %s%n", name, keep(input));
    Runtime.getRuntime().halt(3);
  }

  private Path keep(byte[] input) {
    try {
      Files.createDirectories(KEPT);
      return Files.write(
          KEPT.resolve("%s-%08x".formatted(name, java.util.Arrays.hashCode(input))), input);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
