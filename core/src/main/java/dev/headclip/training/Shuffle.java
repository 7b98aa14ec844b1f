package dev.headclip.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** The order of images: a Fisher-Yates shuffle that depends on seed and epoch alone. */
final class Shuffle {
  private Shuffle() {}

  /** The batches of an epoch, each the images' places in the data; the last may be short. */
  static List<int[]> batches(int images, long seed, int epoch, int batch) {
    SplittableRandom r = new SplittableRandom(seed * 1_000_003 + epoch);
    int[] order = new int[images];
    for (int i = 0; i < order.length; i++) {
      int j = r.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    List<int[]> batches = new ArrayList<>();
    for (int from = 0; from < order.length; from += batch) {
      batches.add(Arrays.copyOfRange(order, from, Math.min(order.length, from + batch)));
    }
    return batches;
  }
}
