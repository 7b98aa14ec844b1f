package dev.headclip.pretrain;

import ai.djl.ndarray.NDArray;
import dev.headclip.clip.Clip;
import dev.headclip.clip.ClipConfig;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tokenizer.ClipTokenizer;
import dev.headclip.torch.TorchOps;
import dev.headclip.torch.TorchWeights;
import java.util.SplittableRandom;

/**
 * Hidden patches told from what is around them: the tokens of a picture with blocks of patches
 * hidden against the averaged weights' tokens of the whole picture, as iBOT does (Zhou and others,
 * 2022). What a token is like is said by its likeness to all tokens of the batch, in place of
 * learned prototypes (ReSSL, Zheng and others, 2021), so that patches that look alike are no
 * negatives.
 */
final class MaskedLoss {
  /** Every so many pictures of a batch take part: each costs about another forward pass. */
  private static final int EVERY = 4;

  private static final double HIDDEN = 0.4;
  private static final double TEACHER = 0.05;
  private static final double STUDENT = 0.1;

  private MaskedLoss() {}

  /**
   * @param pixels [B,3,S,S], normalised: 0 is a mean grey
   * @param r draws the blocks
   * @return a scalar
   */
  static NDArray of(
      TorchOps ops,
      ClipConfig config,
      ClipTokenizer tokenizer,
      TorchWeights weights,
      TorchWeights teacher,
      NDArray pixels,
      SplittableRandom r) {
    long some = Math.max(1, pixels.getShape().get(0) / EVERY);
    NDArray whole = ops.slice(pixels, 0, 0, some);
    HostTensor hidden = blocks(Math.toIntExact(some), config.grid(), r);
    NDArray seen = whole.mul(ops.constant(shown(hidden, config)));
    NDArray target = tokens(ops, config, tokenizer, teacher, whole).stopGradient();
    NDArray middle = target.mean(new int[] {0}, true);
    NDArray t = ops.normalize(target.sub(middle));
    NDArray s = ops.normalize(tokens(ops, config, tokenizer, weights, seen).sub(middle));
    NDArray all = ops.transpose(t, 1, 0);
    NDArray like = ops.softmax(ops.scale(ops.matmul(t, all), 1 / TEACHER)).stopGradient();
    NDArray told = ops.logSoftmax(ops.scale(ops.matmul(s, all), 1 / STUDENT));
    NDArray each = like.mul(told).sum(new int[] {-1}).neg();
    NDArray where = ops.reshape(ops.constant(hidden), -1);
    return ops.scale(each.mul(where).sum(), 1 / sum(hidden));
  }

  /** All patches' tokens, [B N,width]. */
  private static NDArray tokens(
      TorchOps ops,
      ClipConfig config,
      ClipTokenizer tokenizer,
      TorchWeights weights,
      NDArray pixels) {
    Middle middle = new Middle(config);
    new Clip<>(config, weights, tokenizer).vision().forward(ops, pixels, middle);
    return ops.reshape(middle.mean(ops), -1, config.vision().width());
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
