package dev.headclip.torch.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.headclip.map.MapOperator;
import dev.headclip.method.HeadClip;
import dev.headclip.method.Similarity;
import dev.headclip.tensor.HostTensor;
import dev.headclip.torch.TorchOps;
import java.util.List;

/** Eq. 11: cross-entropy of the global path, and Eq. 10 summed over the output layers. */
final class HeadClipLoss {
  /** Both parts, not yet weighted. */
  record Parts(NDArray global, NDArray local) {
    NDArray total(TorchOps ops, double localWeight) {
      return global.add(ops.scale(local, localWeight));
    }
  }

  private final HeadClip<NDArray> net;
  private final HostTensor upsample;

  HeadClipLoss(HeadClip<NDArray> net, int grid) {
    this.net = net;
    this.upsample = new MapOperator(grid, net.settings().imageSize(), 0).matrix();
  }

  /**
   * @param image unit features
   * @param text unit text features [2,E]
   * @param labels 1 for anomalous
   * @param mask [B,S,S], 0 or 1
   */
  Parts of(
      TorchOps ops,
      HeadClip.ImageFeatures<NDArray> image,
      NDArray text,
      int[] labels,
      NDArray mask) {
    NDArray logits = Similarity.logits(ops, image.global(), text, net.settings().temperature());
    NDArray global = Losses.crossEntropy(logits, ops.constant(oneHot(labels)));
    NDArray up = ops.constant(upsample);
    NDArray local = null;
    for (NDArray features : image.local()) {
      NDArray p = net.abnormal(ops, net.probability(ops, features, text));
      NDArray one = Losses.local(ops, Losses.upsample(ops, p, up), mask);
      local = local == null ? one : local.add(one);
    }
    return new Parts(global, local);
  }

  /** Labels 0 or 1 as rows of [B,2], for {@link Losses#crossEntropy}. */
  static HostTensor oneHot(int[] labels) {
    HostTensor t = HostTensor.zeros(labels.length, 2);
    for (int i = 0; i < labels.length; i++) {
      t.data()[2 * i + labels[i]] = 1;
    }
    return t;
  }

  /** Gradients of leaves as Java arrays; zeros for a leaf that the loss does not touch. */
  static List<float[]> gradients(List<NDArray> leaves) {
    return leaves.stream()
        .map(
            x -> {
              try (NDArray g = x.getGradient()) {
                return g.toFloatArray();
              }
            })
        .toList();
  }

  static NDArray leaf(TorchOps ops, float[] data, long... shape) {
    NDArray x = ops.constant(HostTensor.of(data, new Shape(shape).getShape()));
    x.setRequiresGradient(true);
    return x;
  }
}
