package dev.headclip.server.internal.api;

import dev.headclip.detect.DetectionQueue;
import dev.headclip.detect.Detector;
import dev.headclip.detect.Outcome;
import dev.headclip.method.ClassName;
import dev.headclip.server.internal.http.Connection;
import dev.headclip.server.internal.http.ImageStore;
import dev.headclip.server.internal.http.Problem;
import io.javalin.http.Context;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Scores the images of a request that waits: within the queue, the deadline, and its patience. */
final class Scorer {
  /** Milliseconds after which it is looked whether the asker is still there. */
  private static final long LOOK = 200;

  private static final int RETRY_SECONDS = 1;
  private static final int STOPPED_SECONDS = 10;

  private final Services services;

  Scorer(Services services) {
    this.services = services;
  }

  /** Nobody waits for the answer any more. */
  static final class Left extends RuntimeException {
    private static final long serialVersionUID = 1;

    Left() {
      super("left", null, false, false);
    }
  }

  /** When a request that comes now is given up. */
  long end() {
    return System.nanoTime() + services.limits().deadline().toNanos();
  }

  /** Throws where nothing is taken: before an upload that would be refused anyway. */
  void requireRoom() {
    if (services.stopping().get()) {
      throw stopping();
    }
    if (services.queue().waiting() >= services.queue().capacity()) {
      throw full();
    }
  }

  static Problem stopping() {
    return Problem.later(
        Problem.Kind.STOPPING, "the server is being stopped; ask another", STOPPED_SECONDS);
  }

  private static Problem full() {
    return Problem.later(
        Problem.Kind.QUEUE_FULL, "too many images wait already; try again", RETRY_SECONDS);
  }

  /** Takes what became of an image. */
  interface Taker {
    void found(int index, Outcome outcome);
  }

  /**
   * Scores images; each outcome is given as soon as it is there, in their order, and not kept: maps
   * of a thousand images together would fill the memory.
   *
   * @param end see {@link #end}
   */
  void each(
      Context c,
      Detector detector,
      List<ImageStore.Stored> images,
      Optional<ClassName> className,
      long end,
      Taker taker) {
    // many images go through a share of the queue in turn, so that there is room beside a batch
    int window = Math.min(images.size(), services.queue().share());
    try (DetectionQueue.Places places =
        services.queue().tryPlaces(window).orElseThrow(Scorer::full)) {
      Deque<CompletableFuture<Outcome>> pending = new ArrayDeque<>();
      int done = 0;
      for (ImageStore.Stored image : images) {
        if (pending.size() == window) {
          taker.found(done++, await(c, pending.remove(), end));
        }
        pending.add(places.submit(detector, image.source(className)));
      }
      while (!pending.isEmpty()) {
        taker.found(done++, await(c, pending.remove(), end));
      }
    }
  }

  private Problem deadline() {
    return new Problem(
        Problem.Kind.DEADLINE,
        "not done within %d seconds; send fewer images at a time"
            .formatted(services.limits().deadline().toSeconds()));
  }

  private Outcome await(Context c, CompletableFuture<Outcome> one, long end) {
    while (true) {
      if (System.nanoTime() > end) {
        throw deadline();
      }
      try {
        Outcome found = one.get(LOOK, TimeUnit.MILLISECONDS);
        services.meters().image(found);
        return found;
      } catch (TimeoutException e) {
        if (Connection.left(c)) {
          throw new Left();
        }
      } catch (ExecutionException | CancellationException e) {
        throw stopping();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw stopping();
      }
    }
  }
}
