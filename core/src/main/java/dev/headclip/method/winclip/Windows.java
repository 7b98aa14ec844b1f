package dev.headclip.method.winclip;

import dev.headclip.tensor.HostTensor;
import java.util.Arrays;

/**
 * The windows of one size over a grid of patches, row by row.
 *
 * @param grid patches along a side
 * @param side of a window, patches
 * @param stride between windows, patches
 */
record Windows(int grid, int side, int stride) {
  /** Windows along a side of the grid. */
  private int along() {
    return (grid - side) / stride + 1;
  }

  int count() {
    return along() * along();
  }

  /** Tokens of a window: the class token and its patches. */
  int tokens() {
    return 1 + side * side;
  }

  /** Token positions of all windows, each with the class token (0) first: count x tokens. */
  int[] positions() {
    int[] all = new int[count() * tokens()];
    int at = 0;
    for (int w = 0; w < count(); w++) {
      int top = w / along() * stride;
      int left = w % along() * stride;
      all[at++] = 0;
      for (int y = top; y < top + side; y++) {
        for (int x = left; x < left + side; x++) {
          all[at++] = 1 + y * grid + x;
        }
      }
    }
    return all;
  }

  /** [patches,windows]: 1 / n where one of the n windows over a patch is this one, else 0. */
  HostTensor shares() {
    int patches = grid * grid;
    HostTensor m = HostTensor.zeros(patches, count());
    int[] positions = positions();
    int[] covering = covering();
    for (int w = 0; w < count(); w++) {
      for (int i = 1; i < tokens(); i++) {
        int patch = positions[w * tokens() + i] - 1;
        m.data()[patch * count() + w] = 1f / covering[patch];
      }
    }
    return m;
  }

  /** [patches]: {@code value} for a patch in no window, else 0. */
  HostTensor uncovered(float value) {
    int[] covering = covering();
    HostTensor t = HostTensor.zeros(covering.length);
    for (int i = 0; i < covering.length; i++) {
      t.data()[i] = covering[i] == 0 ? value : 0;
    }
    return t;
  }

  private int[] covering() {
    int[] n = new int[grid * grid];
    Arrays.stream(positions()).filter(p -> p > 0).forEach(p -> n[p - 1]++);
    return n;
  }
}
