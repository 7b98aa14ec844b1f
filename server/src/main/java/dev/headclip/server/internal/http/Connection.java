package dev.headclip.server.internal.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.BufferUtil;

/** The line to whoever asked. */
public final class Connection {
  private static final long LINGER = TimeUnit.SECONDS.toNanos(10);

  private Connection() {}

  /**
   * Whether the asker has left, so that nobody waits for the answer. To be called by the request's
   * own thread after its body was read, and before it is answered: HTTP/1.1 servers are not told,
   * they have to look.
   */
  public static boolean left(Context c) {
    EndPoint line = line(c);
    if (!line.isOpen() || line.isInputShutdown()) {
      return true;
    }
    try {
      ByteBuffer one = BufferUtil.allocate(1);
      int read = line.fill(one);
      if (read > 0) {
        // a next request was sent before this one's answer; it is to be sent again
        c.header("Connection", "close");
      }
      return read < 0;
    } catch (IOException e) {
      return true;
    }
  }

  private static EndPoint line(Context c) {
    return ServletContextRequest.getServletContextRequest(c.req())
        .getConnectionMetaData()
        .getConnection()
        .getEndPoint();
  }

  /** Ends an answer that cannot be completed so that it does not look complete. */
  public static void abort(Context c) {
    line(c).close();
  }

  /**
   * Reads what is still being sent after an early answer, for a while: senders that do not look up
   * before they are done would be cut off, and never see the answer.
   */
  public static void drain(Context c) {
    long end = System.nanoTime() + LINGER;
    byte[] buffer = new byte[1 << 16];
    try {
      line(c).setIdleTimeout(TimeUnit.NANOSECONDS.toMillis(LINGER));
      InputStream in = c.req().getInputStream();
      while (System.nanoTime() < end && in.read(buffer) >= 0) {
        // away
      }
    } catch (IOException | RuntimeException e) {
      // cut off already, or read as far as it goes
    }
  }
}
