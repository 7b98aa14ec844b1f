package dev.headclip.pretrain;

import ai.djl.ndarray.NDArray;
import dev.headclip.clip.Clip;
import dev.headclip.clip.ClipConfig;
import dev.headclip.tokenizer.ClipTokenizer;
import dev.headclip.torch.TorchOps;
import dev.headclip.torch.TorchWeights;

/**
 * Some pictures of a batch as the averaged weights, the teacher, see them whole; a student that
 * sees less is to tell the same ({@link MaskedLoss}, {@link CropLoss}).
 *
 * @param weights the student's
 * @param whole the pictures, [B,3,S,S], normalised: 0 is a mean grey
 * @param target the teacher's tokens of all patches, [B N,width]; no gradient passes
 */
record Distillation(
    TorchOps ops,
    ClipConfig config,
    ClipTokenizer tokenizer,
    TorchWeights weights,
    NDArray whole,
    NDArray target) {
  /** Every so many pictures of a batch take part: each costs about another forward pass. */
  private static final int EVERY = 4;

  /**
   * @param pixels the batch
   */
  static Distillation of(
      TorchOps ops,
      ClipConfig config,
      ClipTokenizer tokenizer,
      TorchWeights weights,
      TorchWeights teacher,
      NDArray pixels) {
    NDArray whole = ops.slice(pixels, 0, 0, Math.max(1, pixels.getShape().get(0) / EVERY));
    NDArray target = tokens(ops, config, tokenizer, teacher, whole).stopGradient();
    return new Distillation(ops, config, tokenizer, weights, whole, target);
  }

  int pictures() {
    return Math.toIntExact(whole.getShape().get(0));
  }

  /**
   * @param seen what the student sees of the pictures, [B,3,S,S]
   * @return its tokens of all patches, [B N,width]
   */
  NDArray told(NDArray seen) {
    return tokens(ops, config, tokenizer, weights, seen);
  }

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
}
