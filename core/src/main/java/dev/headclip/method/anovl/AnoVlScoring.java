package dev.headclip.method.anovl;

import dev.headclip.HeadClipException;
import dev.headclip.map.AnomalyMap;
import dev.headclip.map.MapOperator;
import dev.headclip.method.JointScoring;
import dev.headclip.method.ScoreSettings;
import dev.headclip.method.Scores;
import dev.headclip.method.Scoring;
import dev.headclip.tensor.HostOps;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.Tensors;
import java.util.List;

/**
 * The mean score of all views; the map of the first view, or of all tiles in their places: patches
 * averaged 3 by 3, then bilinear, corners aligned (vl_test.py:204-229, 265-292).
 *
 * @param scores lambda, Gaussian, highest pixels
 * @param grid patches along a side
 * @param side of a square, pixels
 * @param tiled whether views are tiles
 */
record AnoVlScoring(ScoreSettings scores, int grid, int side, boolean tiled) implements Scoring {
  private static final HostOps OPS = new HostOps();

  /** One view, as it can be exported. */
  static JointScoring single(ScoreSettings scores, int grid, int side) {
    return new JointScoring(scores, operator(grid, side, scores.sigma()), operator(grid, side, 0));
  }

  private static MapOperator operator(int grid, int side, double sigma) {
    return MapOperator.cornersAligned(grid, side, sigma).ofAverages();
  }

  @Override
  public Scores of(Tensors<HostTensor> evidence, int width, int height) {
    HostTensor views = evidence.get(JointScoring.GLOBAL);
    HostTensor global = HostTensor.of(OPS.mean(views).data(), 1);
    HostTensor patches = evidence.get(JointScoring.PATCHES);
    boolean raw = scores.topMap() == ScoreSettings.TopMap.RAW;
    HostTensor map = map(patches, width, height, scores.sigma());
    HostTensor sharp = raw ? map(patches, width, height, 0) : map;
    Tensors<HostTensor> found = JointScoring.scores(OPS, scores, global, map, sharp);
    double score = found.get(JointScoring.SCORE).data()[0];
    double local = found.get(JointScoring.LOCAL).data()[0];
    if (!Double.isFinite(score) || !Double.isFinite(local)) {
      throw new HeadClipException(
          "the model gives no number (global %s, local %s); its weights are broken"
              .formatted(global.data()[0], local));
    }
    return new Scores(
        score, global.data()[0], local, new AnomalyMap(map.size(2), map.size(1), map.data()));
  }

  /** [views,N] to [1,H,W]. */
  private HostTensor map(HostTensor patches, int width, int height, double sigma) {
    // the Gaussian is separable too, but tiles are put together before it
    Tiles tiles = tiled ? Tiles.of(width, height, side) : new Tiles(side, side, true);
    HostTensor line = operator(grid, side, 0).matrix();
    List<HostTensor> placed = tiles.placed(line);
    HostTensor sum = HostTensor.zeros(1, tiles.height(), tiles.width());
    for (int i = 0; i < placed.size(); i++) {
      HostTensor own = Tensors.rows(Tensors.of("", patches), i, i + 1).get("").reshape(grid, grid);
      HostTensor rows = tiles.wide() ? line : placed.get(i);
      HostTensor columns = tiles.wide() ? placed.get(i) : line;
      HostTensor part = OPS.linear(OPS.matmul(rows, own), columns);
      sum = OPS.add(sum, part.reshape(1, tiles.height(), tiles.width()));
    }
    if (sigma == 0) {
      return sum;
    }
    AnomalyMap smooth =
        new dev.headclip.map.GaussianFilter(sigma)
            .apply(new AnomalyMap(tiles.width(), tiles.height(), sum.data()));
    return HostTensor.of(smooth.values(), 1, smooth.height(), smooth.width());
  }
}
