package dev.headclip.reference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Whether images show two kinds of things: their mean tokens fall into two groups that lie far
 * apart (spherical 2-means; mean silhouette by cosine distance). The bound tells nearly all pairs
 * of kinds of drawn production lines, and few single ones (docs/references.md).
 */
final class Kinds {
  private static final double APART = 0.85;
  private static final int SMALLEST = 3;
  private static final int ROUNDS = 20;

  /** Further images are left out, evenly. */
  private static final int MOST = 400;

  private final List<float[]> means = new ArrayList<>();
  private final List<String> names = new ArrayList<>();

  /**
   * One more image.
   *
   * @param mean of its tokens
   */
  void add(String name, double[] mean) {
    float[] rounded = new float[mean.length];
    for (int c = 0; c < mean.length; c++) {
      rounded[c] = (float) mean[c];
    }
    means.add(unit(rounded));
    names.add(name);
  }

  /** A line about two kinds, where there seem to be such. */
  Optional<String> remark() {
    int step = (means.size() + MOST - 1) / MOST;
    List<Integer> some = new ArrayList<>();
    for (int i = 0; i < means.size(); i += Math.max(1, step)) {
      some.add(i);
    }
    if (some.size() < 2 * SMALLEST) {
      return Optional.empty();
    }
    boolean[] second = groups(some);
    int n = 0;
    for (boolean b : second) {
      n += b ? 1 : 0;
    }
    int fewer = Math.min(n, second.length - n);
    if (fewer < SMALLEST || silhouette(some, second) < APART) {
      return Optional.empty();
    }
    boolean few = n <= second.length - n;
    List<String> examples = new ArrayList<>();
    for (int i = 0; i < second.length && examples.size() < 2; i++) {
      if (second[i] == few) {
        examples.add(names.get(some.get(i)));
      }
    }
    return Optional.of(
        "the images look like two kinds (%d %% are like %s); a batch is of one kind: put each into a folder of its own and add --by-folder"
            .formatted(Math.round(100.0 * fewer / second.length), String.join(", ", examples)));
  }

  private boolean[] groups(List<Integer> some) {
    int a = some.get(0);
    int b = farthest(some, a);
    a = farthest(some, b);
    float[] one = means.get(a);
    float[] two = means.get(b);
    boolean[] second = new boolean[some.size()];
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < second.length; i++) {
        float[] m = means.get(some.get(i));
        second[i] = dot(m, two) > dot(m, one);
      }
      one = centre(some, second, false).orElse(one);
      two = centre(some, second, true).orElse(two);
    }
    return second;
  }

  private int farthest(List<Integer> some, int from) {
    int best = from;
    double least = 2;
    for (int i : some) {
      double c = dot(means.get(i), means.get(from));
      if (c < least) {
        least = c;
        best = i;
      }
    }
    return best;
  }

  private Optional<float[]> centre(List<Integer> some, boolean[] second, boolean which) {
    float[] sum = new float[means.get(0).length];
    int n = 0;
    for (int i = 0; i < second.length; i++) {
      if (second[i] == which) {
        n++;
        float[] m = means.get(some.get(i));
        for (int c = 0; c < sum.length; c++) {
          sum[c] += m[c];
        }
      }
    }
    return n == 0 ? Optional.empty() : Optional.of(unit(sum));
  }

  private double silhouette(List<Integer> some, boolean[] second) {
    double[] each = new double[second.length];
    for (int i = 0; i < second.length; i++) {
      double[] sums = new double[2];
      int[] counts = new int[2];
      for (int j = 0; j < second.length; j++) {
        if (i != j) {
          int other = second[i] == second[j] ? 0 : 1;
          sums[other] += 1 - dot(means.get(some.get(i)), means.get(some.get(j)));
          counts[other]++;
        }
      }
      double within = sums[0] / Math.max(1, counts[0]);
      double between = sums[1] / Math.max(1, counts[1]);
      each[i] = (between - within) / Math.max(Math.max(within, between), 1e-12);
    }
    return Arrays.stream(each).average().orElse(0);
  }

  /** Of unit length, in place. */
  private static float[] unit(float[] v) {
    float length = (float) Math.max(Math.sqrt(dot(v, v)), Double.MIN_NORMAL);
    for (int c = 0; c < v.length; c++) {
      v[c] /= length;
    }
    return v;
  }

  static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
