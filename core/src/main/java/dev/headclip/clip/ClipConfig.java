package dev.headclip.clip;

/**
 * The sizes of a CLIP (docs/spec/clip.md section 1).
 *
 * @param vision the image tower
 * @param imageSize side of the square input that the weights were trained at, pixels
 * @param patchSize side of a patch, pixels
 * @param text the text tower
 * @param context longest sequence of tokens
 * @param vocabulary number of tokens
 * @param embed width of the joint space
 */
public record ClipConfig(
    TowerConfig vision,
    int imageSize,
    int patchSize,
    TowerConfig text,
    int context,
    int vocabulary,
    int embed) {
  /** OpenAI's ViT-L/14@336, the backbone of HeadCLIP's and AnomalyCLIP's papers. */
  public static final ClipConfig VIT_L_14_336 =
      new ClipConfig(
          new TowerConfig(1024, 24, 16, 4096, Activation.QUICK_GELU, 1e-5),
          336,
          14,
          new TowerConfig(768, 12, 12, 3072, Activation.QUICK_GELU, 1e-5),
          77,
          49408,
          768);

  /** Largest side of an input, pixels. */
  public static final int LARGEST_IMAGE = 4096;

  /** AnomalyCLIP's and HeadCLIP's. */
  private static final int USUAL_INPUT = 518;

  public ClipConfig {
    ConfigCheck.within("image_size", imageSize, LARGEST_IMAGE);
    ConfigCheck.positive("patch_size", patchSize);
    ConfigCheck.positive("max_position_embeddings", context);
    ConfigCheck.positive("vocab_size", vocabulary);
    ConfigCheck.positive("projection_dim", embed);
    if (imageSize < patchSize) {
      throw new IllegalArgumentException(
          "image_size %d is smaller than patch_size %d".formatted(imageSize, patchSize));
    }
  }

  /** The same CLIP with another activation in both towers. */
  public ClipConfig with(Activation other) {
    return new ClipConfig(
        vision.with(other), imageSize, patchSize, text.with(other), context, vocabulary, embed);
  }

  /** The side at which methods run by default: 518, or the native one where that does not fit. */
  public int inputSize() {
    return USUAL_INPUT % patchSize == 0 ? USUAL_INPUT : imageSize;
  }

  /** Patches along a side at the native image size. */
  public int grid() {
    return imageSize / patchSize;
  }

  /** Patches along a side of an image of {@code size} pixels. */
  public int grid(int size) {
    if (size < patchSize || size % patchSize != 0) {
      throw new IllegalArgumentException(
          "image size %d is not a multiple of the backbone's patch size %d; try %d"
              .formatted(
                  size, patchSize, Math.max(1, Math.round((float) size / patchSize)) * patchSize));
    }
    return size / patchSize;
  }
}
