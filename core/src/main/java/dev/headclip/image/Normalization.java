package dev.headclip.image;

/**
 * Mean and standard deviation per channel, for values in [0,1].
 *
 * @param mean red, green, blue
 * @param std red, green, blue; above 0
 */
public record Normalization(float[] mean, float[] std) {
  public Normalization {
    if (mean.length != 3 || std.length != 3) {
      throw new IllegalArgumentException("image_mean and image_std must have three numbers");
    }
    for (int c = 0; c < 3; c++) {
      if (!(std[c] > 0) || !Float.isFinite(std[c]) || !Float.isFinite(mean[c])) {
        throw new IllegalArgumentException(
            "image_mean %s and image_std %s, expected numbers and above 0"
                .formatted(mean[c], std[c]));
      }
    }
  }

  /** OpenAI's numbers (clip.py:85). */
  public static Normalization clip() {
    return new Normalization(
        new float[] {0.48145466f, 0.4578275f, 0.40821073f},
        new float[] {0.26862954f, 0.26130258f, 0.27577711f});
  }

  /** (x/255 - mean) / std, channel after channel: [3,height,width]. */
  public void apply(RgbImage image, float[] out, int offset) {
    int n = image.width() * image.height();
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < n; i++) {
        float v = (image.rgb()[i * 3 + c] & 0xff) / 255f;
        out[offset + c * n + i] = (v - mean[c]) / std[c];
      }
    }
  }
}
