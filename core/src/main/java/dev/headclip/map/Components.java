package dev.headclip.map;

import java.util.Arrays;

/**
 * Connected components of a mask, diagonal neighbours joined (skimage.measure.label's default,
 * docs/spec/metrics.md section 2).
 *
 * @param labels 0 for background, else 1 to the number of components
 * @param sizes pixels of component i+1
 */
public record Components(int[] labels, int[] sizes) {
  /**
   * Of a mask's pixels that are not 0; numbered in the order of their first pixels.
   *
   * @param mask row-major
   */
  public static Components of(byte[] mask, int width, int height) {
    int[] labels = new int[mask.length];
    int[] parent = new int[64];
    int next = 1;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int at = y * width + x;
        if (mask[at] == 0) {
          continue;
        }
        int label = x > 0 ? labels[at - 1] : 0;
        if (y > 0) {
          for (int dx = -1; dx <= 1; dx++) {
            if (x + dx >= 0 && x + dx < width && labels[at - width + dx] != 0) {
              label = join(parent, label, labels[at - width + dx]);
            }
          }
        }
        if (label == 0) {
          if (next == parent.length) {
            parent = Arrays.copyOf(parent, 2 * next);
          }
          parent[next] = next;
          label = next++;
        }
        labels[at] = label;
      }
    }
    return renumbered(labels, parent, next);
  }

  private static int join(int[] parent, int a, int b) {
    int rootB = root(parent, b);
    if (a == 0) {
      return rootB;
    }
    int rootA = root(parent, a);
    int low = Math.min(rootA, rootB);
    parent[Math.max(rootA, rootB)] = low;
    return low;
  }

  private static int root(int[] parent, int i) {
    int r = i;
    while (parent[r] != r) {
      parent[r] = parent[parent[r]];
      r = parent[r];
    }
    return r;
  }

  private static Components renumbered(int[] labels, int[] parent, int next) {
    int[] number = new int[next];
    int[] sizes = new int[16];
    int count = 0;
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] == 0) {
        continue;
      }
      int r = root(parent, labels[i]);
      if (number[r] == 0) {
        number[r] = ++count;
        if (count > sizes.length) {
          sizes = Arrays.copyOf(sizes, 2 * count);
        }
      }
      labels[i] = number[r];
      sizes[number[r] - 1]++;
    }
    return new Components(labels, Arrays.copyOf(sizes, count));
  }

  /** Of a map's pixels that reach a threshold. */
  static Components of(AnomalyMap map, double threshold) {
    byte[] mask = new byte[map.values().length];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = (byte) (map.values()[i] >= threshold ? 1 : 0);
    }
    return of(mask, map.width(), map.height());
  }
}
