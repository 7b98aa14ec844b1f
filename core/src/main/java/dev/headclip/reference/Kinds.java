package dev.headclip.reference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Whether images show several kinds of things: their mean tokens fall into two to five groups that
 * lie far apart (spherical k-means; mean silhouette by cosine distance). The bound tells most
 * mixtures of drawn production lines, and few single ones (docs/references.md).
 */
final class Kinds {
  private static final double APART = 0.8;
  private static final int SMALLEST = 3;
  private static final int ROUNDS = 20;
  private static final int MOST_KINDS = 5;

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

  /** A line about several kinds, where there seem to be such. */
  Optional<String> remark() {
    int step = Math.max(1, (means.size() + MOST - 1) / MOST);
    List<Integer> some = new ArrayList<>();
    for (int i = 0; i < means.size(); i += step) {
      some.add(i);
    }
    double best = APART;
    Optional<int[]> found = Optional.empty();
    for (int k = 2; k <= MOST_KINDS && k * SMALLEST <= some.size(); k++) {
      int[] groups = groups(some, k);
      if (Arrays.stream(sizes(groups, k)).min().orElse(0) >= SMALLEST) {
        double apart = silhouette(some, groups, k);
        if (apart >= best) {
          best = apart;
          found = Optional.of(groups);
        }
      }
    }
    return found.map(groups -> said(some, groups));
  }

  private String said(List<Integer> some, int[] groups) {
    int kinds = Arrays.stream(groups).max().orElse(0) + 1;
    int[] sizes = sizes(groups, kinds);
    int fewest = 0;
    for (int g = 1; g < kinds; g++) {
      fewest = sizes[g] < sizes[fewest] ? g : fewest;
    }
    List<String> examples = new ArrayList<>();
    for (int i = 0; i < groups.length && examples.size() < 2; i++) {
      if (groups[i] == fewest) {
        examples.add(names.get(some.get(i)));
      }
    }
    return "the images look like %s kinds (%d %% are like %s); a batch is of one kind: put each into a folder of its own and add --by-folder"
        .formatted(
            List.of("two", "three", "four", "five").get(kinds - 2),
            Math.round(100.0 * sizes[fewest] / groups.length),
            String.join(", ", examples));
  }

  private static int[] sizes(int[] groups, int k) {
    int[] n = new int[k];
    Arrays.stream(groups).forEach(g -> n[g]++);
    return n;
  }

  /** The group of each: k-means from images that lie far from one another. */
  private int[] groups(List<Integer> some, int k) {
    List<float[]> centres = new ArrayList<>();
    centres.add(means.get(farthest(some, List.of(means.get(some.get(0))))));
    while (centres.size() < k) {
      centres.add(means.get(farthest(some, centres)));
    }
    int[] groups = new int[some.size()];
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < groups.length; i++) {
        float[] m = means.get(some.get(i));
        for (int g = 0; g < k; g++) {
          groups[i] = dot(m, centres.get(g)) > dot(m, centres.get(groups[i])) ? g : groups[i];
        }
      }
      for (int g = 0; g < k; g++) {
        centres.set(g, centre(some, groups, g).orElse(centres.get(g)));
      }
    }
    return groups;
  }

  /** The image whose nearest centre is farthest. */
  private int farthest(List<Integer> some, List<float[]> centres) {
    int best = some.get(0);
    double least = 2;
    for (int i : some) {
      double c = centres.stream().mapToDouble(m -> dot(means.get(i), m)).max().orElse(0);
      if (c < least) {
        least = c;
        best = i;
      }
    }
    return best;
  }

  private Optional<float[]> centre(List<Integer> some, int[] groups, int which) {
    float[] sum = new float[means.get(0).length];
    int n = 0;
    for (int i = 0; i < groups.length; i++) {
      if (groups[i] == which) {
        n++;
        float[] m = means.get(some.get(i));
        for (int c = 0; c < sum.length; c++) {
          sum[c] += m[c];
        }
      }
    }
    return n == 0 ? Optional.empty() : Optional.of(unit(sum));
  }

  private double silhouette(List<Integer> some, int[] groups, int k) {
    double[] each = new double[groups.length];
    for (int i = 0; i < groups.length; i++) {
      double[] sums = new double[k];
      int[] counts = new int[k];
      for (int j = 0; j < groups.length; j++) {
        if (i != j) {
          sums[groups[j]] += 1 - dot(means.get(some.get(i)), means.get(some.get(j)));
          counts[groups[j]]++;
        }
      }
      double within = sums[groups[i]] / Math.max(1, counts[groups[i]]);
      double between = Double.MAX_VALUE;
      for (int g = 0; g < k; g++) {
        if (g != groups[i]) {
          between = Math.min(between, sums[g] / Math.max(1, counts[g]));
        }
      }
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
