package dev.headclip.app;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ctrl-C: asks the work to stop and holds the process until it has put its files in order, within a
 * time.
 */
final class Stopper implements AutoCloseable {
  private final AtomicBoolean stop = new AtomicBoolean();
  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook;

  /**
   * @param seconds how long the process waits for the work to end
   */
  Stopper(int seconds) {
    hook =
        new Thread(
            () -> {
              stop.set(true);
              try {
                if (!done.await(seconds, TimeUnit.SECONDS)) {
                  // an orderly end would tear libtorch down under the running thread
                  Runtime.getRuntime().halt(130);
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "stop");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Set once the user wants to stop. */
  AtomicBoolean flag() {
    return stop;
  }

  @Override
  public void close() {
    done.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // the process is ending already
    }
  }
}
