package dev.headclip.pretrain;

import ai.djl.ndarray.NDArray;
import dev.headclip.tensor.HostTensor;
import dev.headclip.torch.TorchOps;
import java.util.SplittableRandom;

/**
 * A part of a picture, seen larger, told as the averaged weights tell it within the whole:
 * self-distillation between crops as in DINO (Caron and others, 2021), but patch by patch at the
 * same places (as PixPro, Xie and others, 2021), since the class token has to tell whether a defect
 * is in what it sees, and a crop need not have the whole's.
 */
final class CropLoss {
  private static final double SMALLEST = 0.4;
  private static final double LARGEST = 0.8;

  private CropLoss() {}

  /**
   * @param r draws the crops
   * @return a scalar
   */
  static NDArray of(Distillation d, SplittableRandom r) {
    TorchOps ops = d.ops();
    HostTensor seen = TorchOps.host(d.whole());
    int images = d.pictures();
    int n = d.config().imageSize();
    int g = d.config().grid();
    HostTensor parts = HostTensor.zeros(images, 3, n, n);
    HostTensor places = HostTensor.zeros(images, g * g, g * g);
    for (int i = 0; i < images; i++) {
      Part p = Part.any(r);
      p.enlarge(seen, parts, i);
      p.places(places, i, g);
    }
    int width = d.config().vision().width();
    NDArray there = ops.matmul(ops.constant(places), d.target().reshape(images, -1, width));
    NDArray told = d.told(ops.constant(parts));
    return Likeness.loss(ops, d.target(), there.reshape(-1, width), told).mean();
  }

  /**
   * A square part of a picture.
   *
   * @param x left edge, of the picture's width
   * @param y upper edge
   * @param side of the picture's
   */
  record Part(double x, double y, double side) {
    static Part any(SplittableRandom r) {
      double side = SMALLEST + (LARGEST - SMALLEST) * r.nextDouble();
      return new Part((1 - side) * r.nextDouble(), (1 - side) * r.nextDouble(), side);
    }

    /** Where the centre of the cell {@code i} of {@code n} lies among {@code n} of the whole. */
    private static double at(double start, double side, int i, int n) {
      double at = (start + side * (i + 0.5) / n) * n - 0.5;
      return Math.min(Math.max(at, 0), n - 1);
    }

    /** The part at the whole's size, bilinear. */
    void enlarge(HostTensor from, HostTensor to, int image) {
      int n = from.size(3);
      for (int c = 0; c < 3; c++) {
        int plane = (image * 3 + c) * n * n;
        for (int i = 0; i < n * n; i++) {
          Corners k = new Corners(at(x, side, i % n, n), at(y, side, i / n, n), n);
          float v = 0;
          for (int j = 0; j < 4; j++) {
            v += (float) k.share(j) * from.data()[plane + k.index(j)];
          }
          to.data()[plane + i] = v;
        }
      }
    }

    /** The matrix that reads the whole's patches where the part's are, bilinear. */
    void places(HostTensor to, int image, int g) {
      for (int i = 0; i < g * g; i++) {
        Corners k = new Corners(at(x, side, i % g, g), at(y, side, i / g, g), g);
        for (int j = 0; j < 4; j++) {
          to.data()[(image * g * g + i) * g * g + k.index(j)] += (float) k.share(j);
        }
      }
    }
  }

  /** The four cells about a place. */
  private record Corners(double x, double y, int n) {
    int index(int corner) {
      int cx = Math.min((int) x + (corner & 1), n - 1);
      int cy = Math.min((int) y + (corner >> 1), n - 1);
      return cy * n + cx;
    }

    double share(int corner) {
      double fx = x - (int) x;
      double fy = y - (int) y;
      return ((corner & 1) == 0 ? 1 - fx : fx) * ((corner >> 1) == 0 ? 1 - fy : fy);
    }
  }
}
