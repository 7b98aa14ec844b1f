package dev.headclip.onnx;

import dev.headclip.image.RgbImage;
import dev.headclip.model.ClipModel;
import java.util.SplittableRandom;

/** Pictures to compare engines on: soft waves of colour, and a blot on every second one. */
final class TestPictures {
  private static final int SIDE = 224;
  private static final int WAVES = 6;
  private static final long SEED = 4;

  private TestPictures() {}

  /** Ready for the network: [images,3,S,S]. */
  static float[] pixels(ClipModel model, int images) {
    int n = 3 * model.imageSize() * model.imageSize();
    float[] all = new float[images * n];
    for (int i = 0; i < images; i++) {
      float[] one = model.views().of(picture(i), model.normalization())[0];
      System.arraycopy(one, 0, all, i * n, n);
    }
    return all;
  }

  static RgbImage picture(int index) {
    SplittableRandom r = new SplittableRandom(SEED + index);
    double[][] waves = new double[3 * WAVES][];
    for (int w = 0; w < waves.length; w++) {
      double length = 6 + 60 * r.nextDouble();
      double angle = Math.PI * r.nextDouble();
      double scale = 2 * Math.PI / length;
      waves[w] =
          new double[] {scale * Math.cos(angle), scale * Math.sin(angle), 6.3 * r.nextDouble()};
    }
    int x0 = r.nextInt(SIDE);
    int y0 = r.nextInt(SIDE);
    RgbImage image = RgbImage.blank(SIDE, SIDE);
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        boolean blot = index % 2 == 1 && Math.hypot(x - x0, y - y0) < SIDE / 10.0;
        for (int c = 0; c < 3; c++) {
          double v = 0;
          for (int w = 0; w < WAVES; w++) {
            double[] wave = waves[c * WAVES + w];
            v += Math.sin(wave[0] * x + wave[1] * y + wave[2]);
          }
          image.rgb()[(y * SIDE + x) * 3 + c] = (byte) (blot ? 40 : 128 + 110 * v / WAVES);
        }
      }
    }
    return image;
  }
}
