package dev.headclip.detect;

import dev.headclip.image.Tiling;
import dev.headclip.map.AnomalyMap;
import dev.headclip.method.JointScoring;
import dev.headclip.method.Scores;
import dev.headclip.method.Scoring;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.List;
import java.util.Optional;

/**
 * The scores of an image in parts: each score is the highest of its parts', the map is blended of
 * theirs, weights falling to the parts' edges so that there are no seams.
 *
 * @param tiling the parts
 * @param own the scoring of one part
 * @param network side of the network's input
 */
record TiledScoring(Tiling tiling, Scoring own, int network) implements Scoring {
  /** A map of more pixels is made smaller: of 24 million it would be no clearer. */
  private static final double MOST_PIXELS = 6e6;

  @Override
  public Scores of(Tensors<HostTensor> evidence, int width, int height) {
    List<Tiling.Part> parts = tiling.parts(width, height, network);
    Blend map = null;
    Blend raw = null;
    double score = 0;
    double global = 0;
    double local = 0;
    double rawScore = 0;
    boolean any = anyCounts(evidence);
    for (int i = 0; i < parts.size(); i++) {
      Tensors<HostTensor> one = Tensors.rows(evidence, i, i + 1);
      if (any && !anyCounts(one)) {
        continue;
      }
      Tiling.Part part = parts.get(i);
      Scores s = own.of(one, part.width(), part.height());
      if (map == null) {
        map = new Blend(width, height, scale(part, s.map(), width, height));
      }
      map.add(part, s.map());
      score = Math.max(score, s.score());
      global = Math.max(global, s.global());
      local = Math.max(local, s.local());
      if (s.raw().isPresent()) {
        raw = raw == null ? new Blend(width, height, map.scale) : raw;
        raw.add(part, s.raw().get().map());
        rawScore = Math.max(rawScore, s.raw().get().score());
      }
    }
    return new Scores(
        score,
        global,
        local,
        map.done(),
        raw == null ? Optional.empty() : Optional.of(new Scores.Raw(rawScore, raw.done())));
  }

  /** Map pixels to an image pixel. */
  private static double scale(Tiling.Part part, AnomalyMap map, int width, int height) {
    double own = (double) map.width() / part.width();
    return Math.min(own, Math.sqrt(MOST_PIXELS / ((double) width * height)));
  }

  private static boolean anyCounts(Tensors<HostTensor> evidence) {
    if (!evidence.has(JointScoring.COUNTED)) {
      return true;
    }
    for (float v : evidence.get(JointScoring.COUNTED).data()) {
      if (v > 0) {
        return true;
      }
    }
    return false;
  }

  /** A map that is put together. */
  private static final class Blend {
    /** At a part's very edge: never 0, where no other part may reach. */
    private static final double LEAST = 1e-3;

    private final double scale;
    private final int imageWidth;
    private final int imageHeight;
    private final int width;
    private final int height;
    private final float[] sums;
    private final float[] weights;

    Blend(int imageWidth, int imageHeight, double scale) {
      this.scale = scale;
      this.imageWidth = imageWidth;
      this.imageHeight = imageHeight;
      this.width = (int) Math.max(1, Math.round(imageWidth * scale));
      this.height = (int) Math.max(1, Math.round(imageHeight * scale));
      this.sums = new float[Math.multiplyExact(width, height)];
      this.weights = new float[sums.length];
    }

    void add(Tiling.Part part, AnomalyMap map) {
      double sx = (double) imageWidth / width;
      double sy = (double) imageHeight / height;
      int left = (int) Math.max(0, Math.floor(part.x() / sx));
      int right = (int) Math.min(width - 1, Math.ceil((part.x() + part.width()) / sx));
      int top = (int) Math.max(0, Math.floor(part.y() / sy));
      int bottom = (int) Math.min(height - 1, Math.ceil((part.y() + part.height()) / sy));
      for (int y = top; y <= bottom; y++) {
        // where in the part, 0 to 1
        double v = ((y + 0.5) * sy - part.y()) / part.height();
        if (v < 0 || v > 1) {
          continue;
        }
        double wy = weight(v);
        for (int x = left; x <= right; x++) {
          double u = ((x + 0.5) * sx - part.x()) / part.width();
          if (u >= 0 && u <= 1) {
            float w = (float) (wy * weight(u));
            sums[y * width + x] += w * at(map, u, v);
            weights[y * width + x] += w;
          }
        }
      }
    }

    private static double weight(double place) {
      return Math.max(LEAST, Math.min(1, Math.min(place, 1 - place) / Tiling.OVERLAP));
    }

    /** Bilinear, corners not aligned. */
    private static float at(AnomalyMap map, double u, double v) {
      double x = Math.min(Math.max(u * map.width() - 0.5, 0), map.width() - 1.0);
      double y = Math.min(Math.max(v * map.height() - 0.5, 0), map.height() - 1.0);
      int l = (int) x;
      int t = (int) y;
      int r = Math.min(l + 1, map.width() - 1);
      int b = Math.min(t + 1, map.height() - 1);
      float wx = (float) (x - l);
      float wy = (float) (y - t);
      float above = map.at(l, t) + (map.at(r, t) - map.at(l, t)) * wx;
      float below = map.at(l, b) + (map.at(r, b) - map.at(l, b)) * wx;
      return above + (below - above) * wy;
    }

    AnomalyMap done() {
      for (int i = 0; i < sums.length; i++) {
        sums[i] = weights[i] > 0 ? sums[i] / weights[i] : 0;
      }
      return new AnomalyMap(width, height, sums);
    }
  }
}
