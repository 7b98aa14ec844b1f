package dev.headclip.internal.threads;

import dev.headclip.HeadClipException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;

/** Waits for other threads. */
public final class Waiting {
  private Waiting() {}

  /** What other threads made, or the exception of the one that failed. */
  public static <V> V taken(Callable<V> waiting) {
    try {
      return waiting.call();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HeadClipException("interrupted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof HeadClipException h) {
        throw h;
      }
      throw new IllegalStateException(e.getCause());
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
