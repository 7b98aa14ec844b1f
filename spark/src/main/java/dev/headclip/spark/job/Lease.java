package dev.headclip.spark.job;

import dev.headclip.HeadClipException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * One job at a time writes into an output folder: a file there that its owner renews. One that has
 * not changed while somebody watched it for its whole time is a dead job's, and is taken over. No
 * clocks are compared.
 */
final class Lease implements AutoCloseable {
  private static final int RENEWALS = 4;
  private static final int MOST = 1000;

  private final FileSystem system;
  private final Path file;
  private final String owner;
  private final ScheduledExecutorService renewing =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread t = new Thread(task, "headclip-lease");
            t.setDaemon(true);
            return t;
          });
  private long renewed;
  private volatile boolean lost;

  private Lease(FileSystem system, Path file, String owner) {
    this.system = system;
    this.file = file;
    this.owner = owner;
  }

  /**
   * Takes the lease, waiting for a dead job's to end.
   *
   * @param owner of it, in one line
   * @throws HeadClipException where another job lives
   */
  static Lease take(FileSystem system, Path folder, String owner, Duration time)
      throws IOException, InterruptedException {
    Path file = new Path(folder, "_headclip.lease");
    Lease lease = new Lease(system, file, owner);
    system.mkdirs(folder);
    while (!lease.created()) {
      String before = lease.read();
      System.err.printf(
          "note: %s: another job's lease (%s); watching it for %d s%n",
          folder, before, time.toSeconds());
      Thread.sleep(time.toMillis());
      String after = lease.read();
      if (!after.equals(before)) {
        throw new HeadClipException(
            "%s: another job is writing there (%s); wait for it, or name another output"
                .formatted(folder, after));
      }
      // its owner, should it come back, sees that it lost it
      system.delete(file, false);
    }
    long every = Math.max(1, time.toMillis() / RENEWALS);
    lease.renewing.scheduleAtFixedRate(lease::renew, every, every, TimeUnit.MILLISECONDS);
    return lease;
  }

  private String text() {
    return "%s, renewed %d times".formatted(owner, renewed);
  }

  private boolean created() throws IOException {
    try (OutputStream out = system.create(file, false)) {
      out.write(text().getBytes(StandardCharsets.UTF_8));
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    } catch (IOException e) {
      if (system.exists(file)) {
        return false;
      }
      throw e;
    }
  }

  /** Empty where there is none, or its owner was stopped while writing it. */
  private String read() throws IOException {
    try (InputStream in = system.open(file)) {
      return new String(in.readNBytes(MOST), StandardCharsets.UTF_8);
    } catch (FileNotFoundException | ChecksumException e) {
      return "";
    }
  }

  private void renew() {
    try {
      if (!read().startsWith(owner + ",")) {
        lost = true;
        renewing.shutdown();
        return;
      }
      renewed++;
      try (OutputStream out = system.create(file, true)) {
        out.write(text().getBytes(StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      // the next one may succeed; whoever watches meanwhile takes over, which is seen then
      System.err.println("note: the lease could not be renewed: " + e.getMessage());
    }
  }

  /**
   * To be asked before anything is committed.
   *
   * @throws HeadClipException where another job took over
   */
  void require() {
    if (lost) {
      throw new HeadClipException(
          "%s: another job took over; this one was away for too long and stops".formatted(file));
    }
  }

  @Override
  public void close() {
    renewing.shutdownNow();
    try {
      renewing.awaitTermination(10, TimeUnit.SECONDS);
      if (!lost && read().startsWith(owner + ",")) {
        system.delete(file, false);
      }
    } catch (IOException e) {
      System.err.println("note: the lease could not be given back: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
