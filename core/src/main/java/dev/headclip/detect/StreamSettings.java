package dev.headclip.detect;

/**
 * How many images are looked at.
 *
 * @param keepPixels whether outcomes carry the decoded image
 * @param threads that decode and finish beside the network, at least 1
 * @param heldBytes decoded images that wait for their finish may take together
 */
public record StreamSettings(boolean keepPixels, int threads, long heldBytes) {
  public StreamSettings {
    if (threads < 1 || heldBytes < 1) {
      throw new IllegalArgumentException(
          "threads %d, heldBytes %d, expected at least 1".formatted(threads, heldBytes));
    }
  }

  /** A thread for each core, at least two; a fifth of the heap; no pixels. */
  public static StreamSettings defaults() {
    Runtime r = Runtime.getRuntime();
    return new StreamSettings(false, Math.max(2, r.availableProcessors()), r.maxMemory() / 5);
  }

  public StreamSettings withPixels(boolean keep) {
    return new StreamSettings(keep, threads, heldBytes);
  }
}
