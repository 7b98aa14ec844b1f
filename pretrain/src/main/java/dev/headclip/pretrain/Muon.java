package dev.headclip.pretrain;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

/**
 * Momentum whose direction is made orthogonal: every singular value of a matrix's step becomes
 * about 1, so that weak directions of the gradient are learned as fast as strong ones (Jordan and
 * others, "Muon", 2024; the step's size matched to Adam's as by Liu and others, 2025).
 */
final class Muon {
  private static final double MOMENTUM = 0.95;
  private static final int ITERATIONS = 5;
  // the quintic a x + b x^3 + c x^5 drives singular values in (0,1] towards 1
  private static final double A = 3.4445;
  private static final double B = -4.7750;
  private static final double C = 2.0315;
  private static final double ADAM_RMS = 0.2;

  private Muon() {}

  /**
   * One step of a matrix.
   *
   * @param momentum of the same shape; updated
   * @param scale factor of the gradient, for cutting its norm
   */
  static void update(
      NDArray matrix, NDArray gradient, NDArray momentum, double rate, double decay, double scale) {
    try (NDManager scope = matrix.getManager().newSubManager()) {
      NDArray g = gradient.mul(scale);
      g.attach(scope);
      momentum.muli(MOMENTUM);
      momentum.addi(g);
      NDArray ahead = momentum.mul(MOMENTUM);
      ahead.attach(scope);
      ahead.addi(g);
      NDArray step = orthogonal(scope, ahead);
      long longer = Math.max(matrix.getShape().get(0), matrix.getShape().get(1));
      step.muli(ADAM_RMS * Math.sqrt(longer));
      matrix
          .getNDArrayInternal()
          .sgdUpdate(
              new NDList(matrix, step, momentum),
              new NDList(matrix),
              (float) rate,
              (float) decay,
              1,
              -1,
              0,
              true);
    }
  }

  private static NDArray orthogonal(NDManager scope, NDArray g) {
    boolean tall = g.getShape().get(0) > g.getShape().get(1);
    NDArray x = tall ? own(scope, g.transpose()) : g;
    x = own(scope, x.div(own(scope, x.norm().add(1e-7f))));
    for (int i = 0; i < ITERATIONS; i++) {
      NDArray square = own(scope, x.matMul(own(scope, x.transpose())));
      NDArray fourth = own(scope, square.matMul(square));
      NDArray factor = own(scope, own(scope, square.mul(B)).add(own(scope, fourth.mul(C))));
      x = own(scope, own(scope, x.mul(A)).add(own(scope, factor.matMul(x))));
    }
    return tall ? own(scope, x.transpose()) : x;
  }

  private static NDArray own(NDManager scope, NDArray x) {
    x.attach(scope);
    return x;
  }
}
