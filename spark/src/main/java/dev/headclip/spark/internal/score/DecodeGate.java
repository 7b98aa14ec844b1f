package dev.headclip.spark.internal.score;

import dev.headclip.HeadClipException;
import dev.headclip.detect.ImageSource.Loaded;
import dev.headclip.image.ImageLoader;
import java.util.concurrent.Semaphore;

/**
 * Bounds what all tasks of a JVM decode at a time: small images pass together, of large ones as
 * many as a share of the heap holds, the largest alone.
 */
final class DecodeGate {
  /** Of a pixel, while it is decoded: the decoder's, ours, and part of a resized row. */
  private static final int BYTES = 8;

  private static final int KILO = 1024;
  private static final DecodeGate ONE =
      new DecodeGate((long) (Runtime.getRuntime().maxMemory() * 0.4));

  private final int all;
  private final Semaphore kilobytes;

  DecodeGate(long bytes) {
    this.all = (int) Math.max(1, Math.min(Integer.MAX_VALUE, bytes / KILO));
    // fair: a large one is not passed for ever
    this.kilobytes = new Semaphore(all, true);
  }

  /** This JVM's. */
  static DecodeGate shared() {
    return ONE;
  }

  /** A page of a file's bytes, decoded when there is room. */
  Loaded decoded(ImageLoader loader, byte[] bytes, int page) {
    int wanted = wanted(loader, bytes, page);
    try {
      kilobytes.acquire(wanted);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HeadClipException("stopped", e);
    }
    try {
      return Loaded.of(loader.decode(bytes, page));
    } finally {
      kilobytes.release(wanted);
    }
  }

  private int wanted(ImageLoader loader, byte[] bytes, int page) {
    try {
      ImageLoader.Header h = loader.header(bytes, page);
      long pixels = (long) h.width() * h.height();
      // refused by its size, before anything is allocated
      long needed = pixels > loader.maxPixels() ? 0 : BYTES * pixels + bytes.length;
      return (int) Math.max(1, Math.min(all, needed / KILO));
    } catch (HeadClipException e) {
      // decoding it says what is wrong
      return 1;
    }
  }
}
