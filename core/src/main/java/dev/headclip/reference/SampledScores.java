package dev.headclip.reference;

import dev.headclip.method.JointScoring;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.io.Serializable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * What a scoring gives for images, maps thinned out to a million pixels of all: what the ends of
 * normal images are found by.
 *
 * @param images in their order
 */
public record SampledScores(List<Image> images) {
  /** Pixels that percentiles are taken of, at most; further ones are thinned out evenly. */
  private static final long PIXELS = 1_000_000;

  /** Pixels between two that are taken, from which on images begin at different ones. */
  private static final int SPARSE = 64;

  /**
   * An image's scores and pixels, by their names.
   *
   * @param values not copied
   */
  public record Image(Map<String, float[]> values) implements Serializable {
    private static final long serialVersionUID = 1;

    /**
     * Of an image, or of its parts: each score is the highest of theirs, and all their pixels
     * count.
     *
     * @param evidence with distances
     * @param all images there are
     */
    public static Image of(ReferenceScoring scoring, Tensors<HostTensor> evidence, long all) {
      Function<Tensors<HostTensor>, Tensors<HostTensor>> scored =
          scoring.onlyReference() ? scoring::reference : part -> scoring.values(part, 1, 1);
      int parts = evidence.get(ReferenceScorer.DISTANCE).size(0);
      Map<String, float[]> found = new HashMap<>();
      for (int i = 0; i < parts; i++) {
        Tensors<HostTensor> part = parts == 1 ? evidence : Tensors.rows(evidence, i, i + 1);
        scored
            .apply(part)
            .named()
            .forEach((name, t) -> found.merge(name, counted(t, part), Image::both));
      }
      long most = Math.max(1, PIXELS / all);
      int seed = Float.floatToIntBits(found.get(ReferenceScoring.REFERENCE_SCORE)[0]);
      found.replaceAll((name, values) -> thinned(values, most, seed));
      return new Image(found);
    }

    private static float[] both(float[] a, float[] b) {
      if (a.length == 1 && b.length == 1) {
        return new float[] {Math.max(a[0], b[0])};
      }
      float[] all = Arrays.copyOf(a, a.length + b.length);
      System.arraycopy(b, 0, all, a.length, b.length);
      return all;
    }

    /** The pixels of a map that count; anything else as it is. */
    private static float[] counted(HostTensor t, Tensors<HostTensor> image) {
      if (!image.has(JointScoring.COUNTED)) {
        return t.data();
      }
      float[] counts = image.get(JointScoring.COUNTED).data();
      if (counts.length != t.data().length) {
        return t.data();
      }
      int n = 0;
      float[] some = new float[counts.length];
      for (int i = 0; i < counts.length; i++) {
        if (counts[i] > 0) {
          some[n++] = t.data()[i];
        }
      }
      return n == 0 ? t.data() : Arrays.copyOf(some, n);
    }

    /**
     * Of very many images few pixels of each: they begin somewhere else in each, for else all would
     * be of the same place.
     */
    private static float[] thinned(float[] values, long most, int seed) {
      int step = (int) ((values.length + most - 1) / most);
      if (step <= 1) {
        return values;
      }
      int first = step < SPARSE ? 0 : Math.floorMod(seed * 0x9E3779B1, step);
      float[] some = new float[(values.length - first + step - 1) / step];
      for (int i = 0; i < some.length; i++) {
        some[i] = values[first + i * step];
      }
      return some;
    }
  }

  /** Of images that are all here. */
  static SampledScores of(ReferenceScoring scoring, List<Tensors<HostTensor>> images) {
    return new SampledScores(
        images.parallelStream().map(e -> Image.of(scoring, e, images.size())).toList());
  }

  /** Some of the images. */
  SampledScores only(IntPredicate wanted) {
    return new SampledScores(
        IntStream.range(0, images.size()).filter(wanted).mapToObj(images::get).toList());
  }

  double[] all(String name) {
    double[] all = new double[images.stream().mapToInt(i -> i.values().get(name).length).sum()];
    int n = 0;
    for (Image image : images) {
      for (float v : image.values().get(name)) {
        all[n++] = v;
      }
    }
    return all;
  }

  static double end(double[] values) {
    return NormalEnds.positive(NormalEnds.percentile(values, NormalEnds.PERCENTILE));
  }

  double pixelEnd(String name) {
    return NormalEnds.PIXEL_FACTOR * end(all(name));
  }
}
