package dev.headclip.detect;

import dev.headclip.image.Normalization;
import dev.headclip.image.Page;
import dev.headclip.image.RegionOfInterest;
import dev.headclip.image.RgbImage;
import dev.headclip.image.Tiling;
import dev.headclip.method.JointScoring;
import dev.headclip.method.Views;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.List;
import java.util.Optional;

/**
 * What the network sees of images.
 *
 * @param views of an image, or of each of its parts
 * @param normalization of pixels
 * @param tiling the parts
 * @param side of the network's input
 */
record Sight(Views views, Normalization normalization, Tiling tiling, int side) {
  /**
   * An image ready for the network.
   *
   * @param width as decoded, pixels
   * @param height as decoded
   * @param page of its file
   * @param inputs what the network sees of it
   * @param region which of its pixels count
   * @param ms spent so far
   */
  record Prepared(
      int width,
      int height,
      Page page,
      Inputs inputs,
      Optional<RegionOfInterest> region,
      double ms) {}

  /** Network inputs, made when they are asked for where there are many. */
  interface Inputs {
    int count();

    /** [3,S,S], normalised. */
    float[] get(int i);

    /** Of a decoded image that waits for being cut. */
    default long bytes() {
      return 0;
    }
  }

  /** Resizes and normalises. */
  Inputs inputs(RgbImage seen) {
    if (tiling.plain()) {
      float[][] all = views.of(seen, normalization);
      return new Inputs() {
        @Override
        public int count() {
          return all.length;
        }

        @Override
        public float[] get(int i) {
          return all[i];
        }
      };
    }
    List<Tiling.Part> parts = tiling.parts(seen.width(), seen.height(), side);
    return new Inputs() {
      @Override
      public int count() {
        return parts.size();
      }

      @Override
      public float[] get(int i) {
        return views.of(Tiling.cut(seen, parts.get(i)), normalization)[0];
      }

      @Override
      public long bytes() {
        return seen.rgb().length;
      }
    };
  }

  /** Adds to evidence which pixels of an image, or of its parts, count; where not all do. */
  Tensors<HostTensor> counted(Tensors<HostTensor> evidence, Prepared image) {
    List<Tiling.Part> parts =
        tiling.plain()
            ? List.of(new Tiling.Part(0, 0, image.width(), image.height()))
            : tiling.parts(image.width(), image.height(), side);
    boolean beyond = parts.stream().anyMatch(p -> p.x() < 0 || p.y() < 0);
    if (image.region().isEmpty() && !beyond) {
      return evidence;
    }
    float[] counts = new float[parts.size() * side * side];
    for (int i = 0; i < parts.size(); i++) {
      part(parts.get(i), image, counts, i * side * side);
    }
    return evidence.with(JointScoring.COUNTED, HostTensor.of(counts, parts.size(), side, side));
  }

  private void part(Tiling.Part p, Prepared image, float[] to, int at) {
    for (int y = 0; y < side; y++) {
      int v = p.y() + (int) ((y + 0.5) * p.height() / side);
      for (int x = 0; x < side; x++) {
        int u = p.x() + (int) ((x + 0.5) * p.width() / side);
        boolean inside = u >= 0 && v >= 0 && u < image.width() && v < image.height();
        boolean counts =
            inside && image.region().map(r -> r.counts()[v * r.width() + u] == 1).orElse(true);
        to[at + y * side + x] = counts ? 1 : 0;
      }
    }
  }
}
