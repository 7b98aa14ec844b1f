package dev.headclip.torch.training;

import ai.djl.ndarray.NDArray;
import dev.headclip.torch.TorchOps;
import java.util.ArrayList;
import java.util.List;

/**
 * The gradient of the head weights in closed form, written out to check autograd by, for the
 * default wiring (docs/spec/headclip.md section 5): as F_L is linear in them, nothing is propagated back
 * through the image tower.
 *
 * <p>dLoss/dw_h^l = sum over images and tokens of &lt;(D_l W^l) at head h, C_h^l&gt;, with D_l the
 * sum of dLoss/dF_L over the output layers L &gt;= l, and W^l the output projection [out,in].
 */
final class HeadWeightGradient {
  private HeadWeightGradient() {}

  /**
   * One layer.
   *
   * @param d D_l, [B,1+N,width]
   * @param projection W^l, [width,width]
   * @param c C^l, heads side by side, [B,1+N,width]
   * @return [heads]
   */
  static float[] layer(TorchOps ops, NDArray d, NDArray projection, NDArray c, int heads) {
    NDArray product = ops.mul(ops.matmul(d, projection), c);
    long width = c.getShape().get(2);
    return ops.reshape(product, -1, heads, width / heads).sum(new int[] {0, 2}).toFloatArray();
  }

  /**
   * D_l for every CSA layer.
   *
   * @param outputs output layers, counted from 1
   * @param gradients dLoss/dF_L in their order, [B,1+N,width]
   */
  static List<NDArray> sums(
      TorchOps ops, int first, int last, List<Integer> outputs, List<NDArray> gradients) {
    List<NDArray> all = new ArrayList<>();
    for (int l = first; l <= last; l++) {
      NDArray sum = null;
      for (int i = 0; i < outputs.size(); i++) {
        if (outputs.get(i) >= l) {
          sum = sum == null ? gradients.get(i) : ops.add(sum, gradients.get(i));
        }
      }
      all.add(sum == null ? gradients.get(0).zerosLike() : sum);
    }
    return all;
  }
}
