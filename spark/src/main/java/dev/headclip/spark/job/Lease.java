package dev.headclip.spark.job;

import dev.headclip.HeadClipException;
import dev.headclip.internal.threads.DaemonThreads;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
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
 * clocks are compared. The file is asked again before anything is committed.
 */
final class Lease implements AutoCloseable {
  private static final int RENEWALS = 4;
  private static final int MOST = 1000;

  /** Times that a file is read, which another job may be writing. */
  private static final int LOOKS = 5;

  private static final long BETWEEN = 200;

  private final FileSystem system;
  private final Path file;
  private final String owner;
  private final ScheduledExecutorService renewing =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("headclip-lease"));
  private long renewed;

  private Lease(FileSystem system, Path file, String owner) {
    this.system = system;
    this.file = file;
    // an application may be started twice under one name
    this.owner = "%s %s".formatted(owner, UUID.randomUUID());
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
      system.delete(file, false);
    }
    long every = Math.max(1, time.toMillis() / RENEWALS);
    lease.renewing.scheduleAtFixedRate(lease::renew, every, every, TimeUnit.MILLISECONDS);
    return lease;
  }

  private String text() {
    return "%s, renewed %d times".formatted(owner, renewed);
  }

  private void write(boolean over) throws IOException {
    try (OutputStream out = system.create(file, over)) {
      out.write(text().getBytes(StandardCharsets.UTF_8));
    }
  }

  /**
   * Whether it is ours now: of two that took over the same one, or created it at once, one has it.
   */
  private boolean created() throws IOException, InterruptedException {
    try {
      write(false);
    } catch (FileAlreadyExistsException e) {
      return false;
    } catch (IOException e) {
      if (system.exists(file)) {
        return false;
      }
      throw e;
    }
    Thread.sleep(2 * BETWEEN);
    return ours();
  }

  /**
   * What is there, read again where it was being written; empty where there is none, or its owner
   * was stopped while writing it.
   */
  private String read() throws IOException, InterruptedException {
    String found = content();
    for (int i = 1; i < LOOKS && found.isEmpty() && system.exists(file); i++) {
      Thread.sleep(BETWEEN);
      found = content();
    }
    return found;
  }

  private String content() throws IOException {
    try (InputStream in = system.open(file)) {
      return new String(in.readNBytes(MOST), StandardCharsets.UTF_8);
    } catch (FileNotFoundException | ChecksumException e) {
      return "";
    }
  }

  private boolean ours() throws IOException, InterruptedException {
    return read().startsWith(owner + ",");
  }

  private synchronized void renew() {
    try {
      if (ours()) {
        renewed++;
        write(true);
      }
    } catch (IOException | RuntimeException e) {
      // the next one may succeed; whoever watches meanwhile takes over, which is seen then
      System.err.println("note: the lease could not be renewed: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * To be asked before anything is committed.
   *
   * @throws HeadClipException where another job took over
   */
  synchronized void require() throws IOException {
    try {
      if (!ours()) {
        throw new HeadClipException(
            "%s: another job took over; this one was away for too long and stops".formatted(file));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HeadClipException("stopped", e);
    }
  }

  @Override
  public void close() {
    renewing.shutdown();
    synchronized (this) {
      try {
        if (ours()) {
          system.delete(file, false);
        }
      } catch (IOException e) {
        System.err.println("note: the lease could not be given back: " + e.getMessage());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
