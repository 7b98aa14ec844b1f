package dev.headclip.reference;

import dev.headclip.method.JointScoring;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
    Values parts = Values.of(scoring.with(NormalEnds.unknown()), images);
    double score = parts.end(ReferenceScoring.REFERENCE_SCORE);
    double pixel = parts.pixelEnd(ReferenceScoring.REFERENCE_MAP);
    double ownScore = parts.end(ReferenceScoring.OWN_SCORE);
    double ownPixel = parts.pixelEnd(ReferenceScoring.OWN_MAP);
    NormalEnds found = new NormalEnds(score, pixel, ownScore, ownPixel, 1, 1);
    Values joined = Values.of(scoring.with(found), images);
    NormalEnds ends =
        new NormalEnds(
            score,
            pixel,
            ownScore,
            ownPixel,
            joined.end(ReferenceScoring.RAW_SCORE),
            joined.pixelEnd(ReferenceScoring.RAW_MAP));
    return new EndsOfNormals(ends, joined.all(ReferenceScoring.RAW_SCORE));
  }

  /** Scores in [0,1), 0.5 where normal images end. */
  List<Double> scores() {
    List<Double> all = new ArrayList<>();
    for (double r : raw) {
      all.add(r / (r + ends.score()));
    }
    return all;
  }

  /** What a scoring gives for all images, by name. */
  record Values(Map<String, List<float[]>> named) {
    /** Pixels that percentiles are taken of, at most; further ones are thinned out evenly. */
    private static final long PIXELS = 5_000_000;

    static Values of(ReferenceScoring scoring, List<Tensors<HostTensor>> images) {
      long most = Math.max(1, PIXELS / images.size());
      Map<String, List<float[]>> all = new HashMap<>();
      for (Tensors<HostTensor> image : images) {
        ofImage(scoring, image)
            .forEach(
                (name, values) ->
                    all.computeIfAbsent(name, n -> new ArrayList<>()).add(thinned(values, most)));
      }
      return new Values(all);
    }

    /** Of an image in parts, each score is the highest of theirs, and all their pixels count. */
    private static Map<String, float[]> ofImage(
        ReferenceScoring scoring, Tensors<HostTensor> image) {
      int parts = image.get(ReferenceScorer.DISTANCE).size(0);
      Map<String, float[]> all = new HashMap<>();
      for (int i = 0; i < parts; i++) {
        Tensors<HostTensor> part = parts == 1 ? image : Tensors.rows(image, i, i + 1);
        scoring
            .values(part, 1, 1)
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
      List<float[]> parts = named.get(name);
      double[] all = new double[parts.stream().mapToInt(p -> p.length).sum()];
      int n = 0;
      for (float[] part : parts) {
        for (float v : part) {
          all[n++] = v;
        }
      }
      return all;
    }

    double end(String name) {
      return NormalEnds.positive(NormalEnds.percentile(all(name), NormalEnds.PERCENTILE));
    }

    double pixelEnd(String name) {
      return NormalEnds.PIXEL_FACTOR * end(name);
    }
  }
}
