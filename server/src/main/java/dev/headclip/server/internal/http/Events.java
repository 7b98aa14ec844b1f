package dev.headclip.server.internal.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;

/** Server-sent events: a log that grows, to any number of listeners, from where each left off. */
public final class Events {
  private static final int HEARTBEAT = 10_000;

  /** Each takes a thread. */
  private static final int MOST_LISTENERS = 64;

  private static final Semaphore LISTENERS = new Semaphore(MOST_LISTENERS);

  private Events() {}

  /**
   * Something that happened.
   *
   * @param number of it; the next one's is higher
   */
  public record Event(long number, String name, JsonNode data) {}

  /** What is listened to. */
  public interface Log {
    /**
     * The first event of this number or a higher one; waits for it.
     *
     * @return empty after {@code millis}
     */
    java.util.Optional<Event> await(long number, int millis) throws InterruptedException;

    /** Whether nothing comes from this number on. */
    boolean ended(long number);

    /** Whether there cannot have been an event of this number yet: another server's. */
    boolean beyond(long number);
  }

  /** Sends a log to its end, or until the listener leaves. */
  public static void send(Context c, Log log) {
    if (!LISTENERS.tryAcquire()) {
      throw Problem.later(
          Problem.Kind.TOO_MANY_LISTENERS, "%d listen already".formatted(MOST_LISTENERS), 10);
    }
    try {
      c.contentType("text/event-stream");
      c.header("X-Accel-Buffering", "no");
      OutputStream out = c.res().getOutputStream();
      long next = first(c);
      if (log.beyond(next)) {
        next = 0;
      }
      out.write(":\n\n".getBytes(StandardCharsets.UTF_8));
      c.res().flushBuffer();
      while (!log.ended(next)) {
        var event = log.await(next, HEARTBEAT);
        String text =
            event.isEmpty()
                ? ":\n\n"
                : "id: %d\nevent: %s\ndata: %s\n\n"
                    .formatted(event.get().number(), event.get().name(), event.get().data());
        next = event.isEmpty() ? next : event.get().number() + 1;
        out.write(text.getBytes(StandardCharsets.UTF_8));
        c.res().flushBuffer();
      }
    } catch (IOException e) {
      // left
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      LISTENERS.release();
    }
  }

  private static long first(Context c) {
    String last = c.header("Last-Event-ID");
    try {
      return last == null ? 0 : Math.max(0, Long.parseLong(last.strip()) + 1);
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
