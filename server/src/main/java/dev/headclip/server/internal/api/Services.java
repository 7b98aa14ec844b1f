package dev.headclip.server.internal.api;

import dev.headclip.detect.DetectionQueue;
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
    Semaphore rendering,
    AtomicBoolean stopping) {
  /** What decodes or draws large pictures: a few at a time, whoever asks. */
  byte[] rendered(Supplier<byte[]> picture) {
    rendering.acquireUninterruptibly();
    try {
      return picture.get();
    } finally {
      rendering.release();
    }
  }
}
