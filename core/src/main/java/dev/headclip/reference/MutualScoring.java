package dev.headclip.reference;

import dev.headclip.tensor.Compute;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Program;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * MuSc: images of one kind judge one another. A patch that few other images have is anomalous
 * (docs/spec/musc.md sections 3 and 4; MU models/modules/_LNAMD.py:72-128, _MSM.py:10-59).
 */
final class MutualScoring {
  private static final String A = "a";
  private static final String B = "b";
  private static final String OF_A = "nearest_of_a";
  private static final String OF_B = "nearest_of_b";
  static final String FEATURES = "features";

  /** Distances of a group of images to all others that are held at once, bytes. */
  private static final long GROUP_BYTES = 256L << 20;

  /** Cosines of a block, bytes. */
  private static final long BLOCK_BYTES = 32L << 20;

  private final Compute compute;
  private final double share;
  private final long groupBytes;

  /**
   * @param share of the other images whose distances count
   */
  MutualScoring(Compute compute, double share) {
    this(compute, share, GROUP_BYTES);
  }

  MutualScoring(Compute compute, double share, long groupBytes) {
    this.compute = compute;
    this.share = share;
    this.groupBytes = groupBytes;
  }

  /** Unit features of an image: its one mean taken away, then sums over a box (LNAMD). */
  record Features(int box) implements Program {
    @Override
    public <T> Tensors<T> of(TensorOps<T> ops, Tensors<T> inputs) {
      return Tensors.of(FEATURES, record(ops, inputs.get(A)));
    }

    /** Of tokens [B,N,C]; the deviation, eps and the box's divisor cancel in the unit length. */
    <T> T record(TensorOps<T> ops, T tokens) {
      long[] s = ops.shape(tokens);
      T mean = ops.scale(ops.sum(tokens, 1, 2), -1.0 / (s[1] * s[2]));
      T centred = ops.add(tokens, ops.reshape(mean, -1, 1, 1));
      return ops.normalize(TokenPooling.box(ops, centred, box));
    }
  }

  /** Largest cosines of an image's patches and of a block's with one another. */
  private record Nearest() implements Program {
    @Override
    public <T> Tensors<T> of(TensorOps<T> ops, Tensors<T> inputs) {
      T a = ops.transpose(inputs.get(A), 0, 2, 1);
      T cosines = ops.matmul(inputs.get(B), a);
      // [block, patches of a], [block, patches of b]
      return Tensors.of(OF_A, ops.highest(cosines, 1), OF_B, ops.highest(cosines, 2));
    }
  }

  /**
   * Scores of all patches.
   *
   * @param tokens of each image, as {@link TokenTaps} gives them
   * @param boxes sides of the squares that tokens are summed over
   * @param progress told the number of images done, over all layers and boxes
   * @return per image [1,N]
   */
  List<HostTensor> scores(TokenSpool tokens, List<Integer> boxes, IntConsumer progress) {
    int images = tokens.size();
    List<String> layers =
        tokens.get(0).names().stream().filter(n -> n.startsWith(TokenTaps.TOKENS)).toList();
    double[][] sums = new double[images][];
    int done = 0;
    for (String layer : layers) {
      for (int box : boxes) {
        try (TokenSpool features = new TokenSpool()) {
          for (int i = 0; i < images; i++) {
            features.add(compute.run(new Features(box), Tensors.of(A, tokens.get(i).get(layer))));
          }
          int from = done;
          add(features, sums, n -> progress.accept(from + n));
          done += images;
        }
      }
    }
    List<HostTensor> all = new ArrayList<>();
    int sets = layers.size() * boxes.size();
    for (double[] sum : sums) {
      float[] mean = new float[sum.length];
      for (int p = 0; p < mean.length; p++) {
        mean[p] = (float) (sum[p] / sets);
      }
      all.add(HostTensor.of(mean, 1, mean.length));
    }
    return all;
  }

  /** Steps that {@link #scores} tells of. */
  static int steps(int images, int layers, int boxes) {
    return images * layers * boxes;
  }

  private void add(TokenSpool features, double[][] sums, IntConsumer progress) {
    int images = features.size();
    int patches = features.get(0).get(FEATURES).size(1);
    int group = (int) Math.max(1, Math.min(images, groupBytes / (4L * images * patches)));
    for (int from = 0; from < images; from += group) {
      int to = Math.min(images, from + group);
      // of each image of the group: distance of each patch to the nearest of each other image
      float[][][] nearest = new float[to - from][images][];
      for (int i = from; i < to; i++) {
        compare(features, i, from, to, nearest);
        progress.accept(i + 1);
      }
      for (int i = from; i < to; i++) {
        double[] mean = smallest(nearest[i - from], i);
        if (sums[i] == null) {
          sums[i] = new double[patches];
        }
        for (int p = 0; p < patches; p++) {
          sums[i][p] += mean[p];
        }
      }
    }
  }

  /** An image with all others but those of its group that it met already. */
  private void compare(TokenSpool features, int i, int from, int to, float[][][] nearest) {
    HostTensor own = features.get(i).get(FEATURES);
    int patches = own.size(1);
    int block = (int) Math.max(1, BLOCK_BYTES / (4L * patches * patches));
    List<Integer> others = new ArrayList<>();
    for (int j = 0; j < features.size(); j++) {
      if (j != i && nearest[i - from][j] == null) {
        others.add(j);
      }
    }
    int next;
    for (int start = 0; start < others.size(); start = next) {
      next = start + chunk(Math.min(block, others.size() - start));
      List<Integer> some = others.subList(start, next);
      float[] joined = new float[some.size() * own.data().length];
      for (int k = 0; k < some.size(); k++) {
        float[] f = features.get(some.get(k)).get(FEATURES).data();
        System.arraycopy(f, 0, joined, k * f.length, f.length);
      }
      HostTensor b = HostTensor.of(joined, some.size(), patches, own.size(2));
      Tensors<HostTensor> found = compute.run(new Nearest(), Tensors.of(A, own, B, b));
      for (int k = 0; k < some.size(); k++) {
        int j = some.get(k);
        nearest[i - from][j] = distances(found.get(OF_A), k, patches);
        if (j >= from && j < to) {
          nearest[j - from][i] = distances(found.get(OF_B), k, patches);
        }
      }
    }
  }

  /** A power of 4: engines keep what they made of a few sizes, not of all. */
  private static int chunk(int most) {
    int size = 1;
    while (size * 4 <= most) {
      size *= 4;
    }
    return size;
  }

  /** Of unit vectors: sqrt(2 - 2 cos). */
  private static float[] distances(HostTensor cosines, int row, int patches) {
    float[] d = new float[patches];
    for (int p = 0; p < patches; p++) {
      d[p] = (float) Math.sqrt(Math.max(0, 2 - 2.0 * cosines.data()[row * patches + p]));
    }
    return d;
  }

  /** The mean of the smallest max(1, ceil(share (n-1))) distances of each patch. */
  private double[] smallest(float[][] nearest, int self) {
    int others = nearest.length - 1;
    int count = count(others, share);
    int patches = nearest[self == 0 ? 1 : 0].length;
    double[] mean = new double[patches];
    float[] values = new float[others];
    for (int p = 0; p < patches; p++) {
      int n = 0;
      for (int j = 0; j <= others; j++) {
        if (j != self) {
          values[n++] = nearest[j][p];
        }
      }
      Arrays.sort(values);
      double sum = 0;
      for (int k = 0; k < count; k++) {
        sum += values[k];
      }
      mean[p] = sum / count;
    }
    return mean;
  }

  /** The official code takes the floor, which is 0 for fewer than 5 images (musc.md section 4). */
  static int count(int others, double share) {
    // a little less, so that 0.3 x 10 is 3 in any arithmetic
    return Math.min(others, Math.max(1, (int) Math.ceil(share * others - 1e-9)));
  }

  /**
   * RsCIN: scores averaged over images that look alike (musc.md section 6; MU _RsCIN.py:5-32).
   *
   * @param scores of the images
   * @param features unit image features, [E] each
   * @param windows numbers of images, the image itself among them
   */
  static double[] rescored(double[] scores, List<float[]> features, List<Integer> windows) {
    int n = scores.length;
    double low = Arrays.stream(scores).min().orElse(0);
    double high = Arrays.stream(scores).max().orElse(0);
    double[] scaled = new double[n];
    for (int i = 0; i < n; i++) {
      scaled[i] = high > low ? (scores[i] - low) / (high - low) : 0;
    }
    double[] mean = new double[n];
    for (int i = 0; i < n; i++) {
      double[] alike = new double[n];
      Integer[] order = new Integer[n];
      for (int j = 0; j < n; j++) {
        order[j] = j;
        // of small models cosines may be negative; an image is always its own neighbour
        alike[j] = j == i ? 1 : Math.max(0, Kinds.dot(features.get(i), features.get(j)));
      }
      Arrays.sort(order, (a, b) -> Double.compare(alike[b], alike[a]));
      for (int window : windows) {
        double sum = 0;
        double weights = 0;
        for (int k = 0; k < Math.min(window, n); k++) {
          sum += alike[order[k]] * scaled[order[k]];
          weights += alike[order[k]];
        }
        mean[i] += sum / weights / windows.size();
      }
    }
    return mean;
  }
}
