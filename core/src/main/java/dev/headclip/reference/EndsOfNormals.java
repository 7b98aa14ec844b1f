package dev.headclip.reference;

import dev.headclip.method.JointScoring;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Where normal images end, by those that were left out.
 *
 * @param ends for results
 * @param raw joined score of each, in units of its own
 */
record EndsOfNormals(NormalEnds ends, double[] raw) {
  /**
   * By the rule of SuperADD: the 95th percentile of scores, and 1.421 times that of pixels
   * (docs/spec/few_shot.md section 6).
   *
   * @param images evidence with distances
   */
  static EndsOfNormals of(ReferenceScoring scoring, List<Tensors<HostTensor>> images) {
    Values parts = Values.of(scoring, images);
    double[] scores = parts.all(ReferenceScoring.REFERENCE_SCORE);
    double score = Values.end(scores);
    double pixel = parts.pixelEnd(ReferenceScoring.REFERENCE_MAP);
    if (scoring.alone()) {
      return new EndsOfNormals(NormalEnds.alone(score, pixel), scores);
    }
    double ownScore = Values.end(parts.all(ReferenceScoring.OWN_SCORE));
    double ownPixel = parts.pixelEnd(ReferenceScoring.OWN_MAP);
    NormalEnds found = new NormalEnds(score, pixel, ownScore, ownPixel, 1, 1);
    Values joined = Values.joined(scoring.with(found), images);
    double[] raw = joined.all(ReferenceScoring.RAW_SCORE);
    NormalEnds ends =
        new NormalEnds(
            score,
            pixel,
            ownScore,
            ownPixel,
            Values.end(raw),
            joined.pixelEnd(ReferenceScoring.RAW_MAP));
    return new EndsOfNormals(ends, raw);
  }

  /** Scores in [0,1), 0.5 where normal images end. */
  List<Double> scores() {
    List<Double> all = new ArrayList<>();
    for (double r : raw) {
      all.add(r / (r + ends.score()));
    }
    return all;
  }

  /**
   * What a scoring gives for all images.
   *
   * @param images by name, of each image; maps thinned out
   */
  record Values(List<Map<String, float[]>> images) {
    /** Pixels that percentiles are taken of, at most; further ones are thinned out evenly. */
    private static final long PIXELS = 1_000_000;

    /** Before anything is joined; of references that stand alone, theirs and no more. */
    static Values of(ReferenceScoring scoring, List<Tensors<HostTensor>> images) {
      if (!scoring.alone()) {
        return joined(scoring.with(NormalEnds.unknown()), images);
      }
      return of(images, scoring::reference);
    }

    /** With everything that is joined. */
    static Values joined(ReferenceScoring scoring, List<Tensors<HostTensor>> images) {
      return of(images, part -> scoring.values(part, 1, 1));
    }

    private static Values of(
        List<Tensors<HostTensor>> images,
        Function<Tensors<HostTensor>, Tensors<HostTensor>> scored) {
      long most = Math.max(1, PIXELS / images.size());
      return new Values(
          images.parallelStream()
              .map(
                  image -> {
                    Map<String, float[]> all = ofImage(image, scored);
                    all.replaceAll((name, values) -> thinned(values, most));
                    return all;
                  })
              .toList());
    }

    /** Some of the images. */
    Values only(IntPredicate wanted) {
      return new Values(
          IntStream.range(0, images.size()).filter(wanted).mapToObj(images::get).toList());
    }

    /** Of an image in parts, each score is the highest of theirs, and all their pixels count. */
    private static Map<String, float[]> ofImage(
        Tensors<HostTensor> image, Function<Tensors<HostTensor>, Tensors<HostTensor>> scored) {
      int parts = image.get(ReferenceScorer.DISTANCE).size(0);
      Map<String, float[]> all = new HashMap<>();
      for (int i = 0; i < parts; i++) {
        Tensors<HostTensor> part = parts == 1 ? image : Tensors.rows(image, i, i + 1);
        scored
            .apply(part)
            .named()
            .forEach((name, t) -> all.merge(name, counted(t, part), Values::both));
      }
      return all;
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

    private static float[] thinned(float[] values, long most) {
      int step = (int) ((values.length + most - 1) / most);
      if (step <= 1) {
        return values;
      }
      float[] some = new float[(values.length + step - 1) / step];
      for (int i = 0; i < some.length; i++) {
        some[i] = values[i * step];
      }
      return some;
    }

    double[] all(String name) {
      double[] all = new double[images.stream().mapToInt(i -> i.get(name).length).sum()];
      int n = 0;
      for (Map<String, float[]> image : images) {
        for (float v : image.get(name)) {
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
}
