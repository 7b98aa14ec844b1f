package dev.headclip.reference;

import dev.headclip.HeadClipException;
import dev.headclip.settings.SettingException;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;
import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.ojalgo.matrix.decomposition.Eigenvalue;
import org.ojalgo.matrix.store.MatrixStore;
import org.ojalgo.matrix.store.R064Store;

/**
 * SubspaceAD's scorer: the squared distance of a patch from the subspace that the references'
 * patches lie in (docs/spec/few_shot.md section 7; SS core/pca.py:69-126,
 * post_process/scoring.py:53-99).
 */
public final class Subspace implements ReferenceScorer, Serializable {
  private static final long serialVersionUID = 1;

  static {
    // the library prints what it thinks of the machine otherwise
    if (System.getProperty("shut.up.ojAlgo") == null) {
      System.setProperty("shut.up.ojAlgo", "true");
    }
  }

  private final HostTensor mean;
  private final HostTensor dropped;
  private final double[] values;
  private final boolean capped;

  private Subspace(HostTensor mean, HostTensor dropped, double[] values, boolean capped) {
    this.mean = mean;
    this.dropped = dropped;
    this.values = values;
    this.capped = capped;
  }

  /**
   * The smallest number of components with a share of the variance, at most all but one.
   *
   * @param share above 0, at most 1
   */
  public static Subspace fit(Statistics patches, double share) {
    if (!(share > 0 && share <= 1)) {
      throw new SettingException("reference_share", share, "above 0, at most 1");
    }
    int width = patches.width();
    double[] covariance = patches.covariance();
    R064Store matrix = R064Store.FACTORY.make(width, width);
    for (int i = 0; i < covariance.length; i++) {
      matrix.set(i / width, i % width, covariance[i]);
    }
    Eigenvalue<Double> eigen = Eigenvalue.R064.make(matrix, true);
    if (!eigen.decompose(matrix)) {
      throw new HeadClipException(
          "the references' statistics have no eigenvectors; their tokens are broken");
    }
    double[] found = new double[width];
    for (int i = 0; i < width; i++) {
      found[i] = eigen.getEigenvalues().get(i).getReal();
    }
    Integer[] order = IntStream.range(0, width).boxed().toArray(Integer[]::new);
    Arrays.sort(order, (a, b) -> Double.compare(found[b], found[a]));
    double[] values = new double[width];
    for (int i = 0; i < width; i++) {
      values[i] = Math.max(0, found[order[i]]);
    }
    int wanted = components(values, share);
    int kept = Math.min(wanted, width - 1);
    MatrixStore<Double> vectors = eigen.getV();
    float[] rest = new float[(width - kept) * width];
    for (int i = kept; i < width; i++) {
      for (int c = 0; c < width; c++) {
        rest[(i - kept) * width + c] = (float) vectors.doubleValue(c, order[i]);
      }
    }
    float[] mean = new float[width];
    for (int c = 0; c < width; c++) {
      mean[c] = (float) patches.mean()[c];
    }
    return new Subspace(
        HostTensor.of(mean, width),
        HostTensor.of(rest, width - kept, width),
        values,
        wanted > kept);
  }

  private static int components(double[] values, double share) {
    double total = Arrays.stream(values).sum();
    double sum = 0;
    for (int k = 1; k <= values.length; k++) {
      sum += values[k - 1];
      // all patches equal: there is no variance to hold
      if (total <= 0 || sum / total >= share) {
        return k;
      }
    }
    return values.length;
  }

  @Override
  public int width() {
    return mean.size(0);
  }

  /** Components of the subspace, K. */
  public int components() {
    return mean.size(0) - dropped.size(0);
  }

  /**
   * Whether all components would have been needed: nothing is left to see an anomaly by but one.
   */
  public boolean capped() {
    return capped;
  }

  /** Eigenvalues of the covariance, descending. */
  public double[] values() {
    return values.clone();
  }

  /**
   * |y - P P^T y|^2, y = x - mean, as the sum of squares along the components that were dropped:
   * the difference of two large numbers would cancel.
   */
  @Override
  public <T> T distances(TensorOps<T> ops, Tensors<T> tokens) {
    T centred = ops.add(tokens.get(TokenTaps.TOKENS + 0), ops.negative(ops.constant(mean)));
    T along = ops.linear(centred, ops.constant(dropped));
    return ops.sum(ops.mul(along, along), 2);
  }
}
