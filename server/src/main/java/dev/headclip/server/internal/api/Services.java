package dev.headclip.server.internal.api;

import dev.headclip.detect.DetectionQueue;
import dev.headclip.image.ImageLoader;
import dev.headclip.server.internal.http.Guard;
import dev.headclip.server.internal.http.ImageStore;
import dev.headclip.server.internal.http.Uploads;
import dev.headclip.server.internal.jobs.Jobs;
import dev.headclip.server.internal.models.Models;
import dev.headclip.server.settings.Limits;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * What answers are made with.
 *
 * @param loader decodes for views and masks, within the limits
 * @param rendering large pictures are decoded for views by a few threads at a time
 * @param stopping set once nothing new is taken
 */
public record Services(
    Limits limits,
    Guard guard,
    Models models,
    DetectionQueue queue,
    ImageStore store,
    Uploads uploads,
    Jobs jobs,
    Meters meters,
    ImageLoader loader,
    Semaphore rendering,
    AtomicBoolean stopping) {
  /** What takes much memory or all cores for a while: a few at a time, whoever asks. */
  <T> T rendered(Supplier<T> work) {
    rendering.acquireUninterruptibly();
    try {
      return work.get();
    } finally {
      rendering.release();
    }
  }
}
