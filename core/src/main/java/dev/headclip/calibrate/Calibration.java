package dev.headclip.calibrate;

import dev.headclip.HeadClipException;
import dev.headclip.settings.SettingException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A threshold and where it came from. Scores are never changed by it.
 *
 * @param threshold an image is anomalous from it on
 * @param facts how it was found and how far to trust it, for the adapter's provenance
 * @param remarks the same in sentences
 */
public record Calibration(double threshold, Map<String, Object> facts, List<String> remarks) {
  /** Key of the facts inside an adapter's provenance. */
  public static final String KEY = "calibration";

  /** Key of the sorted scores of normal images inside the facts. */
  public static final String NORMAL_SCORES = "normal_scores";

  private static final int KEPT_SCORES = 10_000;
  private static final double CONFIDENCE = 0.95;

  public Calibration {
    facts = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(facts));
    remarks = List.copyOf(remarks);
    if (!(threshold >= 0 && threshold <= 1)) {
      throw new IllegalArgumentException("threshold %s, expected 0 to 1".formatted(threshold));
    }
  }

  /** The threshold of the best F1 on labelled images. */
  public static Calibration bestF1(float[] scores, boolean[] anomalous) {
    Sorted s = Sorted.of(scores, anomalous);
    int best = 0;
    double bestF1 = -1;
    for (int called = 1; called <= s.size(); called++) {
      if (called < s.size() && s.score(called) == s.score(called - 1)) {
        continue;
      }
      double f1 = 2.0 * s.hits(called) / (s.positives() + called);
      if (f1 > bestF1) {
        bestF1 = f1;
        best = called;
      }
    }
    return s.result(best, "best F1 on labelled images", Map.of("f1", bestF1));
  }

  /** The highest threshold at which a share of the anomalous images is found. */
  public static Calibration recall(float[] scores, boolean[] anomalous, double wanted) {
    requireShare("recall", wanted);
    Sorted s = Sorted.of(scores, anomalous);
    int needed = (int) Math.ceil(wanted * s.positives() - 1e-9);
    int called = 0;
    while (s.hits(called) < needed) {
      called++;
    }
    while (called < s.size() && called > 0 && s.score(called) == s.score(called - 1)) {
      called++;
    }
    return s.result(called, "recall on labelled images", Map.of("wanted_recall", wanted));
  }

  /**
   * The threshold that normal images pass with a given rate of false alarms.
   *
   * @param normal scores of normal images
   * @param rate share of normal images that may be called anomalous
   */
  public static Calibration normals(float[] normal, double rate) {
    requireRate(rate);
    if (normal.length == 0) {
      throw new HeadClipException("no normal images, expected some");
    }
    float[] sorted = normal.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    // a new normal image exceeds the k-th of n with probability (n + 1 - k) / (n + 1)
    int k = Math.max(1, (int) Math.ceil((n + 1) * (1 - rate) - 1e-9));
    List<String> remarks = new java.util.ArrayList<>();
    if (k > n) {
      remarks.add(
          "with %d normal images no rate below %.1f %% can be promised; the threshold is just above the highest of them"
              .formatted(n, 100.0 / (n + 1)));
      k = n;
    }
    double threshold = Math.min(1, Math.nextUp(sorted[k - 1]));
    double low = betaQuantile((1 - CONFIDENCE) / 2, n - k + 1, k);
    double high = betaQuantile((1 + CONFIDENCE) / 2, n - k + 1, k);
    remarks.add(
        "false alarms on new normal images: %.1f %% expected, %.1f to %.1f %% with 95 %% confidence"
            .formatted(100.0 * (n + 1 - k) / (n + 1), 100 * low, 100 * high));
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("origin", "normal images");
    facts.put("target_fpr", rate);
    facts.put("normal_images", n);
    facts.put("expected_fpr", (n + 1.0 - k) / (n + 1));
    facts.put("fpr_95", List.of(low, high));
    facts.put(NORMAL_SCORES, kept(sorted));
    return new Calibration(threshold, facts, remarks);
  }

  /**
   * A guess from unlabelled images, most of which must be normal: median and MAD of the scores'
   * logits, and the normal distribution's quantile.
   */
  public static Calibration unlabelled(float[] scores, double rate) {
    requireRate(rate);
    if (scores.length < 10) {
      throw new HeadClipException(
          "%d unlabelled images, expected at least 10".formatted(scores.length));
    }
    double[] logits = new double[scores.length];
    for (int i = 0; i < logits.length; i++) {
      double p = Math.min(Math.max(scores[i], 1e-6), 1 - 1e-6);
      logits[i] = Math.log(p / (1 - p));
    }
    RobustSpread spread = RobustSpread.of(logits);
    double at = spread.median() + normalQuantile(1 - rate) * spread.deviation();
    double threshold = 1 / (1 + Math.exp(-at));
    long flagged = IntStream.range(0, scores.length).filter(i -> scores[i] >= threshold).count();
    double share = (double) flagged / scores.length;
    List<String> remarks = new java.util.ArrayList<>();
    remarks.add(
        "%d of %d images (%.1f %%) are called anomalous"
            .formatted(flagged, scores.length, 100 * share));
    remarks.add(
        "a guess: it supposes that well over half of the images are normal and their scores bell-shaped; check it on labelled or on normal images");
    if (share > 0.25) {
      remarks.add("more than a quarter is flagged: the supposition is doubtful, do not trust it");
    }
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("origin", "unlabelled images");
    facts.put("target_fpr", rate);
    facts.put("images", scores.length);
    facts.put("flagged_share", share);
    facts.put("trust", share > 0.25 ? "none" : "low");
    return new Calibration(threshold, facts, remarks);
  }

  private static void requireRate(double v) {
    if (!(v > 0 && v < 1)) {
      throw new SettingException("target_fpr", v, "above 0, below 1");
    }
  }

  private static void requireShare(String key, double v) {
    if (!(v > 0 && v <= 1)) {
      throw new SettingException(key, v, "above 0, up to 1");
    }
  }

  /** At most ten thousand, evenly by rank. */
  private static List<Float> kept(float[] sorted) {
    int n = Math.min(KEPT_SCORES, sorted.length);
    return IntStream.range(0, n)
        .mapToObj(i -> sorted[n == 1 ? 0 : (int) ((long) i * (sorted.length - 1) / (n - 1))])
        .toList();
  }

  /** Of the standard normal distribution, by bisection on its tail. */
  static double normalQuantile(double p) {
    double lo = -10;
    double hi = 10;
    for (int i = 0; i < 200; i++) {
      double mid = (lo + hi) / 2;
      if (normalCdf(mid) < p) {
        lo = mid;
      } else {
        hi = mid;
      }
    }
    return (lo + hi) / 2;
  }

  /** Simpson's rule from the middle outwards. */
  private static double normalCdf(double x) {
    int n = 2000;
    double h = x / n;
    double sum = 0;
    for (int i = 0; i <= n; i++) {
      double w = i == 0 || i == n ? 1 : i % 2 == 1 ? 4 : 2;
      sum += w * Math.exp(-(i * h) * (i * h) / 2);
    }
    return 0.5 + sum * h / 3 / Math.sqrt(2 * Math.PI);
  }

  /** Of the beta distribution with whole parameters. */
  static double betaQuantile(double p, int a, int b) {
    double lo = 0;
    double hi = 1;
    for (int i = 0; i < 100; i++) {
      double mid = (lo + hi) / 2;
      if (betaCdf(mid, a, b) < p) {
        lo = mid;
      } else {
        hi = mid;
      }
    }
    return (lo + hi) / 2;
  }

  /** P(Bin(a + b - 1, x) at least a). */
  private static double betaCdf(double x, int a, int b) {
    int n = a + b - 1;
    double log = n * Math.log1p(-x);
    double sum = 0;
    // the terms below a, subtracted from one
    for (int k = 0; k < a; k++) {
      sum += Math.exp(log);
      log += Math.log((double) (n - k) / (k + 1)) + Math.log(x) - Math.log1p(-x);
    }
    return 1 - Math.min(1, sum);
  }

  /** Labelled scores, highest first. */
  private record Sorted(float[] scores, int[] hitsUpTo, float[] normal) {
    static Sorted of(float[] scores, boolean[] anomalous) {
      Integer[] order = IntStream.range(0, scores.length).boxed().toArray(Integer[]::new);
      Arrays.sort(order, (i, j) -> Float.compare(scores[j], scores[i]));
      float[] s = new float[scores.length];
      int[] hits = new int[scores.length + 1];
      int normals = 0;
      float[] normal = new float[scores.length];
      for (int i = 0; i < s.length; i++) {
        s[i] = scores[order[i]];
        hits[i + 1] = hits[i] + (anomalous[order[i]] ? 1 : 0);
        if (!anomalous[order[i]]) {
          normal[normals++] = s[i];
        }
      }
      if (hits[s.length] == 0 || normals == 0) {
        throw new HeadClipException(
            "%d images, all %s; expected normal and anomalous ones"
                .formatted(s.length, normals == 0 ? "anomalous" : "normal"));
      }
      float[] rising = Arrays.copyOf(normal, normals);
      Arrays.sort(rising);
      return new Sorted(s, hits, rising);
    }

    int size() {
      return scores.length;
    }

    float score(int i) {
      return scores[i];
    }

    int hits(int called) {
      return hitsUpTo[called];
    }

    int positives() {
      return hitsUpTo[scores.length];
    }

    /** Halfway between the last image called anomalous and the next one. */
    Calibration result(int called, String origin, Map<String, Object> more) {
      double upper = scores[called - 1];
      double lower = called < scores.length ? scores[called] : 0;
      double threshold = lower == upper ? upper : (upper + lower) / 2;
      int falseAlarms = called - hits(called);
      double recall = (double) hits(called) / positives();
      double rate = (double) falseAlarms / normal.length;
      Map<String, Object> facts = new LinkedHashMap<>();
      facts.put("origin", origin);
      facts.putAll(more);
      facts.put("images", scores.length);
      facts.put("recall", recall);
      facts.put("false_alarm_rate", rate);
      facts.put(NORMAL_SCORES, kept(normal));
      return new Calibration(
          threshold,
          facts,
          List.of(
              "on these %d images: recall %.1f %%, false alarms %.1f %%; new images will do a little worse, as the threshold was chosen on these"
                  .formatted(scores.length, 100 * recall, 100 * rate)));
    }
  }
}
