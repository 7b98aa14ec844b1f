package dev.headclip.app;

import dev.headclip.internal.files.WorkFolder;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import sun.misc.Signal;

/**
 * Ctrl-C: asks the work to stop and holds the process until it has put its files in order, within a
 * time. A second one, or one while there is nothing to put in order, ends the process at once.
 *
 * <p>By signals and not by shutdown hooks: the networks' libraries have hooks of their own, which
 * run beside ours and tear them down under the work.
 */
final class Stopper implements AutoCloseable {
  /** What a shell adds to a signal's number. */
  private static final int SIGNALLED = 128;

  private static volatile OptionalInt code = OptionalInt.empty();
  private static volatile Stopper current;

  private final AtomicBoolean stop = new AtomicBoolean();
  private final CountDownLatch done = new CountDownLatch(1);
  private final int seconds;
  private volatile boolean held;

  private Stopper(int seconds, boolean held) {
    this.seconds = seconds;
    this.held = held;
    current = this;
  }

  /**
   * For work that has something to put in order from its start.
   *
   * @param seconds how long the process waits for it to end
   */
  Stopper(int seconds) {
    this(seconds, true);
  }

  /** For work that has nothing to lose before {@link #hold()}. */
  static Stopper heldLater(int seconds) {
    return new Stopper(seconds, false);
  }

  /** Makes signals ask first; where one cannot be had, the process ends as Java's do. */
  static void listen() {
    for (String name : List.of("INT", "TERM", "HUP")) {
      try {
        Signal.handle(new Signal(name), s -> stopped(SIGNALLED + s.getNumber()));
      } catch (IllegalArgumentException e) {
        // not known to this system, or taken by the user's options for Java
      }
    }
  }

  /** Exit code of the signal that came, if one did. */
  static OptionalInt code() {
    return code;
  }

  private static void stopped(int exit) {
    boolean first = code.isEmpty();
    code = OptionalInt.of(exit);
    Stopper work = current;
    if (first && work != null && work.held) {
      work.stop.set(true);
      try {
        if (work.done.await(work.seconds, TimeUnit.SECONDS)) {
          System.exit(exit);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    } else {
      System.err.println("stopped");
    }
    // an orderly end would tear the networks' libraries down under the running thread
    WorkFolder.deleteOpen();
    Runtime.getRuntime().halt(exit);
  }

  /** From here on there is something to put in order. */
  void hold() {
    held = true;
  }

  /** Set once the user wants to stop. */
  AtomicBoolean flag() {
    return stop;
  }

  @Override
  public void close() {
    done.countDown();
    current = null;
  }
}
