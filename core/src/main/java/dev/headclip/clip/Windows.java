package dev.headclip.clip;

import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.TensorOps;
import java.util.Arrays;

/**
 * The windows of one size over a grid of patches, row by row (WinCLIP, docs/spec/winclip.md).
 *
 * @param grid patches along a side
 * @param side of a window, patches
 * @param stride between windows, patches
 */
public record Windows(int grid, int side, int stride) {
  /** In place of 1/0: large, and far from overflow. */
  private static final float ALMOST_INFINITE = 1e30f;

  /** The name of their tokens among a network's features. */
  public String name() {
    return "windows.%d.%d".formatted(side, stride);
  }

  /** Windows along a side of the grid. */
  private int along() {
    return (grid - side) / stride + 1;
  }

  /** Their number. */
  public int count() {
    return along() * along();
  }

  /** Tokens of a window: the class token and its patches. */
  public int tokens() {
    return 1 + side * side;
  }

  /** Token positions of all windows, each with the class token (0) first: count x tokens. */
  public int[] positions() {
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

  /**
   * Class tokens in the joint space, [B,windows,E]: each window passes the tower as a sequence of
   * its own (transformer.py:452-486).
   *
   * @param tokens of whole images before ln_pre, with their positions: {@link VisionTower#embed}
   */
  public <T> T seen(TensorOps<T> ops, VisionTower<T> tower, T tokens) {
    T picked = ops.gather(tokens, 1, positions());
    T each = ops.reshape(picked, -1, tokens(), ops.shape(tokens)[2]);
    T cls = tower.project(ops, tower.encode(ops, each, LayerHook.none()), true);
    return ops.reshape(cls, -1, count(), ops.shape(cls)[2]);
  }

  /**
   * The mean reciprocal of the windows over each patch, [B,windows] to [B,patches]: its reciprocal
   * is their harmonic mean (docs/spec/few_shot.md section 3).
   */
  public <T> T reciprocals(TensorOps<T> ops, T values) {
    T mean = ops.linear(reciprocal(ops, values, 1), ops.constant(shares()));
    return ops.add(mean, ops.constant(uncovered(ALMOST_INFINITE)));
  }

  /** n / x; nearly 0 where x is 0, or nearly infinite. */
  public static <T> T reciprocal(TensorOps<T> ops, T x, double n) {
    T above = ops.constant(HostTensor.of(new float[] {(float) n}, 1));
    return ops.div(above, ops.atLeast(x, 1 / ALMOST_INFINITE));
  }
}
