package dev.headclip.reference;

import dev.headclip.HeadClipException;
import dev.headclip.tensor.Compute;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Program;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Objects;

/**
 * Count, mean and scatter of patches, in double: what a subspace is fitted to. They merge, and what
 * was merged can be taken away again, exactly but for rounding (docs/spec/few_shot.md section 7;
 * Chan, Golub and LeVeque's updating formula).
 *
 * @param count of patches
 * @param mean of them, [C]; shared, not copied
 * @param scatter sum of the outer products of their differences from the mean, [C,C]; shared
 */
public record Statistics(long count, double[] mean, double[] scatter) implements Serializable {
  private static final long serialVersionUID = 1;

  /** Of centred patches [N,C] the products of all columns, [C,C]. */
  private record Gram() implements Program {
    @Override
    public <T> Tensors<T> of(TensorOps<T> ops, Tensors<T> inputs) {
      T x = inputs.get("x");
      return Tensors.of("gram", ops.matmul(ops.transpose(x, 1, 0), x));
    }
  }

  public Statistics {
    Objects.requireNonNull(mean, "mean");
    Objects.requireNonNull(scatter, "scatter");
    if (count < 0 || scatter.length != mean.length * mean.length) {
      throw new IllegalArgumentException(
          "%d patches, a mean of %d and a scatter of %d numbers"
              .formatted(count, mean.length, scatter.length));
    }
  }

  /** Of no patches. */
  public static Statistics none(int width) {
    return new Statistics(0, new double[width], new double[width * width]);
  }

  /**
   * Of an image's patches.
   *
   * @param patches [...,C]
   * @param compute multiplies
   * @throws HeadClipException where a patch is not of finite numbers
   */
  public static Statistics of(HostTensor patches, Compute compute) {
    int width = patches.size(-1);
    int n = patches.data().length / width;
    double[] mean = mean(patches);
    for (double m : mean) {
      if (!Double.isFinite(m)) {
        throw new HeadClipException(
            "the network's tokens hold %s, expected finite numbers; the model's weights may be broken"
                .formatted(m));
      }
    }
    float[] centred = new float[patches.data().length];
    for (int from = 0; from < centred.length; from += width) {
      for (int c = 0; c < width; c++) {
        centred[from + c] = (float) (patches.data()[from + c] - mean[c]);
      }
    }
    Tensors<HostTensor> x = Tensors.of("x", HostTensor.of(centred, n, width));
    float[] gram = compute.run(new Gram(), x).get("gram").data();
    double[] scatter = new double[gram.length];
    for (int r = 0; r < width; r++) {
      for (int c = 0; c <= r; c++) {
        // float32 products are not quite symmetric
        double both = ((double) gram[r * width + c] + gram[c * width + r]) / 2;
        scatter[r * width + c] = both;
        scatter[c * width + r] = both;
      }
    }
    return new Statistics(n, mean, scatter);
  }

  /** The mean token, [C]. */
  static double[] mean(HostTensor patches) {
    return mean(patches.data(), 0, patches.data().length, patches.size(-1));
  }

  /** The same of some of an array's numbers. */
  static double[] mean(float[] data, int from, int to, int width) {
    double[] mean = new double[width];
    for (int at = from; at < to; at += width) {
      for (int c = 0; c < width; c++) {
        mean[c] += data[at + c];
      }
    }
    int n = (to - from) / width;
    for (int c = 0; c < width; c++) {
      mean[c] /= n;
    }
    return mean;
  }

  int digest() {
    return Objects.hash(count, Arrays.hashCode(mean), Arrays.hashCode(scatter));
  }

  /** Numbers of a patch. */
  public int width() {
    return mean.length;
  }

  /** Of these patches and others. */
  public Statistics plus(Statistics others) {
    if (count == 0 || others.count == 0) {
      return count == 0 ? others : this;
    }
    return joined(others, 1);
  }

  /**
   * Without patches that are among them.
   *
   * @throws IllegalArgumentException where there are not so many
   */
  public Statistics minus(Statistics some) {
    if (some.count > count) {
      throw new IllegalArgumentException(
          "%d patches cannot be taken from %d".formatted(some.count, count));
    }
    if (some.count == count) {
      return none(width());
    }
    return some.count == 0 ? this : joined(some, -1);
  }

  private Statistics joined(Statistics other, int sign) {
    if (other.width() != width()) {
      throw new IllegalArgumentException(
          "patches of %d and of %d numbers".formatted(width(), other.width()));
    }
    int width = width();
    long total = count + sign * other.count;
    double[] to = new double[width];
    double[] apart = new double[width];
    for (int c = 0; c < width; c++) {
      to[c] = (count * mean[c] + sign * other.count * other.mean[c]) / total;
      apart[c] = other.mean[c] - mean[c];
    }
    // n_a n_b / (n_a + n_b); taken away, the whole is n_a and what is left the sum
    double weight = (double) count * other.count / total;
    double[] products = new double[scatter.length];
    for (int r = 0; r < width; r++) {
      double row = weight * apart[r];
      for (int c = 0; c < width; c++) {
        int i = r * width + c;
        products[i] = scatter[i] + sign * (other.scatter[i] + row * apart[c]);
      }
    }
    return new Statistics(total, to, products);
  }

  /** The covariance, divisor count - 1, [C,C]. */
  public double[] covariance() {
    double[] c = scatter.clone();
    for (int i = 0; i < c.length; i++) {
      c[i] /= Math.max(1, count - 1);
    }
    return c;
  }
}
