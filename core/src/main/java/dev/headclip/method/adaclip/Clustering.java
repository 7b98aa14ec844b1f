package dev.headclip.method.adaclip;

/** Assigns points to clusters. */
@FunctionalInterface
public interface Clustering {
  /**
   * @param points [points][features]
   * @param clusters at most so many
   * @return the cluster of each point, counted from 0
   */
  int[] of(double[][] points, int clusters);
}
