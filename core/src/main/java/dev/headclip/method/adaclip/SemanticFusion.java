package dev.headclip.method.adaclip;

import dev.headclip.tensor.HostTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.commons.math3.ml.clustering.CentroidCluster;
import org.apache.commons.math3.ml.clustering.DoublePoint;
import org.apache.commons.math3.ml.clustering.KMeansPlusPlusClusterer;
import org.apache.commons.math3.ml.distance.EuclideanDistance;
import org.apache.commons.math3.random.JDKRandomGenerator;

/**
 * Which patches speak for the image, and how much (adaclip.py:234-286): the most abnormal ones are
 * clustered, every cluster counts the same, and in it every member.
 */
final class SemanticFusion {
  /** Patches for each cluster. */
  private static final int SHARE = 5;

  private static final int ITERATIONS = 300;

  private final int clusters;
  private final Clustering clustering;

  SemanticFusion(int clusters, Clustering clustering) {
    this.clusters = clusters;
    this.clustering = clustering;
  }

  /** k-means++ from a seed; the same for every image, so that one does not depend on another. */
  static Clustering kMeans(long seed) {
    return (points, clusters) -> {
      Set<List<Double>> distinct = new HashSet<>();
      for (double[] p : points) {
        distinct.add(Arrays.stream(p).boxed().toList());
      }
      int k = Math.min(clusters, distinct.size());
      List<Numbered> numbered = new ArrayList<>();
      for (int i = 0; i < points.length; i++) {
        numbered.add(new Numbered(points[i], i));
      }
      KMeansPlusPlusClusterer<Numbered> means =
          new KMeansPlusPlusClusterer<>(
              k, ITERATIONS, new EuclideanDistance(), new JDKRandomGenerator((int) seed));
      int[] found = new int[points.length];
      int c = 0;
      for (CentroidCluster<Numbered> cluster : means.cluster(numbered)) {
        for (Numbered p : cluster.getPoints()) {
          found[p.index] = c;
        }
        c++;
      }
      return found;
    };
  }

  private static final class Numbered extends DoublePoint {
    private static final long serialVersionUID = 1;
    private final int index;

    Numbered(double[] point, int index) {
      super(point);
      this.index = index;
    }
  }

  /** The patches that are clustered, most abnormal first: {@code margins} [N]. */
  int[] ranked(float[] margins) {
    // a stable sort: among equals the first
    return IntStream.range(0, margins.length)
        .boxed()
        .sorted(Comparator.comparing((Integer i) -> -margins[i]))
        .limit(Math.min((long) margins.length, (long) SHARE * clusters))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /**
   * What each patch counts.
   *
   * @param in margins [B,N], then per layer unit features [B,N,E]
   * @return [B,1,N]; the weights of an image add up to 1
   */
  HostTensor weights(List<HostTensor> in) {
    HostTensor margins = in.get(0);
    int n = margins.size(1);
    HostTensor weights = HostTensor.zeros(margins.size(0), 1, n);
    for (int b = 0; b < margins.size(0); b++) {
      int[] tokens = ranked(Arrays.copyOfRange(margins.data(), b * n, (b + 1) * n));
      double[][] points = new double[tokens.length][];
      for (int i = 0; i < tokens.length; i++) {
        points[i] = point(in.subList(1, in.size()), b * n + tokens[i]);
      }
      int[] cluster = clustering.of(points, clusters);
      int count = Arrays.stream(cluster).max().orElseThrow() + 1;
      int[] members = new int[count];
      Arrays.stream(cluster).forEach(c -> members[c]++);
      long filled = Arrays.stream(members).filter(m -> m > 0).count();
      for (int i = 0; i < tokens.length; i++) {
        weights.data()[b * n + tokens[i]] = (float) (1.0 / filled / members[cluster[i]]);
      }
    }
    return weights;
  }

  /** A patch's features of all layers, one behind the other. */
  private static double[] point(List<HostTensor> layers, int row) {
    int width = layers.get(0).size(-1);
    double[] p = new double[layers.size() * width];
    for (int l = 0; l < layers.size(); l++) {
      for (int i = 0; i < width; i++) {
        p[l * width + i] = layers.get(l).data()[row * width + i];
      }
    }
    return p;
  }
}
