package dev.headclip.pretrain;

import ai.djl.ndarray.NDArray;
import dev.headclip.torch.TorchOps;

/**
 * What tokens are like, said by their likeness to all tokens of a batch in place of learned
 * prototypes, so that what looks alike is no negative (ReSSL, Zheng and others, 2021): a student's
 * against a teacher's, whose is sharper.
 */
final class Likeness {
  private static final double TEACHER = 0.05;
  private static final double STUDENT = 0.1;

  private Likeness() {}

  /**
   * @param all the teacher's tokens that are compared with, [K,width]
   * @param target the teacher's, [M,width]
   * @param told the student's, [M,width]
   * @return cross-entropy of each, [M]
   */
  static NDArray loss(TorchOps ops, NDArray all, NDArray target, NDArray told) {
    NDArray middle = all.mean(new int[] {0}, true);
    NDArray others = ops.transpose(ops.normalize(all.sub(middle)), 1, 0);
    NDArray t = ops.normalize(target.sub(middle));
    NDArray s = ops.normalize(told.sub(middle));
    NDArray like = ops.softmax(ops.scale(ops.matmul(t, others), 1 / TEACHER)).stopGradient();
    NDArray logs = ops.logSoftmax(ops.scale(ops.matmul(s, others), 1 / STUDENT));
    return like.mul(logs).sum(new int[] {-1}).neg();
  }
}
