package dev.headclip.hub;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Ends a connection that brings nothing: reading has no time limit of its own. */
final class Watch implements AutoCloseable {
  private final InputStream in;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          r -> {
            Thread t = new Thread(r, "headclip-fetch-watch");
            t.setDaemon(true);
            return t;
          });
  private volatile long last = System.nanoTime();

  Watch(InputStream in, Duration patience) {
    this.in = in;
    long most = patience.toNanos();
    clock.scheduleWithFixedDelay(
        () -> {
          if (System.nanoTime() - last > most) {
            try {
              in.close();
            } catch (IOException e) {
              // it is given up
            }
          }
        },
        most / 4,
        most / 4,
        TimeUnit.NANOSECONDS);
  }

  /** Some bytes; -1 at the end. */
  int read(byte[] part) throws IOException {
    int n = in.read(part);
    last = System.nanoTime();
    return n;
  }

  /** All, or the first so many and a few more. */
  byte[] read(int most) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] part = new byte[1 << 14];
    for (int n = read(part); n >= 0 && all.size() < most; n = read(part)) {
      all.write(part, 0, n);
    }
    return all.toByteArray();
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
