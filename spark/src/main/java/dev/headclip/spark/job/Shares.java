package dev.headclip.spark.job;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Images dealt out to tasks by what they cost: large ones alone and first, so that none of them is
 * what a stage waits for in the end; the others in runs of about the same cost, in their order.
 */
final class Shares {
  /** What the network costs, in bytes that decoding would cost the same. */
  private static final long EACH = 250_000;

  /** Tasks for each core: enough that the last ones even out. */
  private static final int TASKS = 4;

  private Shares() {}

  private static long cost(ImageFile f) {
    return EACH + f.length();
  }

  /**
   * @param cores of the cluster
   * @param most images of a task
   */
  static List<List<ImageFile>> of(List<ImageFile> images, int cores, int most) {
    long all = images.stream().mapToLong(Shares::cost).sum();
    long share = Math.max(1, all / Math.max(1, (long) TASKS * cores));
    List<List<ImageFile>> shares = new ArrayList<>();
    images.stream()
        .filter(f -> large(f, share))
        .sorted(Comparator.comparingLong(ImageFile::length).reversed())
        .forEach(f -> shares.add(List.of(f)));
    List<ImageFile> run = new ArrayList<>();
    long sum = 0;
    for (ImageFile f : images) {
      if (large(f, share)) {
        continue;
      }
      if (!run.isEmpty() && (sum + cost(f) > share || run.size() >= most)) {
        shares.add(List.copyOf(run));
        run.clear();
        sum = 0;
      }
      run.add(f);
      sum += cost(f);
    }
    if (!run.isEmpty()) {
      shares.add(List.copyOf(run));
    }
    return shares;
  }

  private static boolean large(ImageFile f, long share) {
    return f.length() > 8 * EACH && 2 * cost(f) > share;
  }
}
