package dev.headclip.pretrain;

import ai.djl.ndarray.NDArray;
import dev.headclip.clip.ClipConfig;
import dev.headclip.tensor.HostTensor;
import dev.headclip.torch.TorchOps;
import java.util.SplittableRandom;

/**
 * Hidden patches told from what is around them: the tokens of a picture with blocks of patches
 * hidden against the averaged weights' tokens of the whole picture, as iBOT does (Zhou and others,
 * 2022), compared by {@link Likeness}.
 */
final class MaskedLoss {
  private static final double HIDDEN = 0.4;

  private MaskedLoss() {}

  /**
   * @param r draws the blocks
   * @return a scalar
   */
  static NDArray of(Distillation d, SplittableRandom r) {
    TorchOps ops = d.ops();
    HostTensor hidden = blocks(d.pictures(), d.config().grid(), r);
    NDArray seen = d.whole().mul(ops.constant(shown(hidden, d.config())));
    NDArray each = Likeness.loss(ops, d.target(), d.target(), d.told(seen));
    NDArray where = ops.reshape(ops.constant(hidden), -1);
    return ops.scale(each.mul(where).sum(), 1 / sum(hidden));
  }

  /** 1 where a patch is hidden, [B,N]. */
  private static HostTensor blocks(int images, int grid, SplittableRandom r) {
    HostTensor out = HostTensor.zeros(images, grid * grid);
    for (int i = 0; i < images; i++) {
      int left = (int) (HIDDEN * grid * grid);
      while (left > 0) {
        int w = 1 + r.nextInt(grid / 2);
        int h = 1 + r.nextInt(grid / 2);
        int x = r.nextInt(grid - w + 1);
        int y = r.nextInt(grid - h + 1);
        for (int k = 0; k < w * h && left > 0; k++) {
          int at = i * grid * grid + (y + k / w) * grid + x + k % w;
          left -= out.data()[at] == 0 ? 1 : 0;
          out.data()[at] = 1;
        }
      }
    }
    return out;
  }

  /** 0 on the pixels of hidden patches, [B,1,S,S]. */
  private static HostTensor shown(HostTensor hidden, ClipConfig config) {
    int n = config.imageSize();
    int g = config.grid();
    int p = config.patchSize();
    HostTensor out = HostTensor.zeros(hidden.size(0), 1, n, n);
    for (int i = 0; i < out.data().length; i++) {
      int image = i / (n * n);
      int y = i / n % n / p;
      int x = i % n / p;
      out.data()[i] = 1 - hidden.data()[image * g * g + y * g + x];
    }
    return out;
  }

  private static double sum(HostTensor x) {
    double sum = 0;
    for (float v : x.data()) {
      sum += v;
    }
    return sum;
  }
}
