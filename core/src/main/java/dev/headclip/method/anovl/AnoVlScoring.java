package dev.headclip.method.anovl;

import dev.headclip.map.AnomalyMap;
import dev.headclip.map.GaussianFilter;
import dev.headclip.map.MapOperator;
import dev.headclip.method.JointScoring;
import dev.headclip.method.RecordableScoring;
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
 */
final class AnoVlScoring implements Scoring {
  private static final HostOps OPS = new HostOps();

  private final ScoreSettings scores;
  private final int grid;
  private final int side;
  private final boolean tiled;
  // what a line of patches becomes in a square
  private final HostTensor line;

  /**
   * @param grid patches along a side
   * @param side of a square, pixels
   * @param tiled whether views are tiles
   */
  AnoVlScoring(ScoreSettings scores, int grid, int side, boolean tiled) {
    this.scores = scores;
    this.grid = grid;
    this.side = side;
    this.tiled = tiled;
    this.line = operator(grid, side, 0).matrix();
  }

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
    // the Gaussian comes after tiles are put together
    HostTensor sharp = map(patches, width, height);
    HostTensor map = scores.sigma() == 0 ? sharp : smooth(sharp);
    return RecordableScoring.scores(JointScoring.scores(OPS, scores, global, map, sharp));
  }

  private HostTensor smooth(HostTensor map) {
    AnomalyMap sharp = new AnomalyMap(map.size(2), map.size(1), map.data());
    return HostTensor.of(new GaussianFilter(scores.sigma()).apply(sharp).values(), map.shape());
  }

  /** [views,N] to [1,H,W]. */
  private HostTensor map(HostTensor patches, int width, int height) {
    Tiles tiles = tiled ? Tiles.of(width, height, side) : new Tiles(side, side, true);
    List<HostTensor> placed = tiles.placed(line);
    HostTensor sum = HostTensor.zeros(1, tiles.height(), tiles.width());
    for (int i = 0; i < placed.size(); i++) {
      HostTensor own = Tensors.rows(Tensors.of("", patches), i, i + 1).get("").reshape(grid, grid);
      HostTensor rows = tiles.wide() ? line : placed.get(i);
      HostTensor columns = tiles.wide() ? placed.get(i) : line;
      HostTensor part = OPS.linear(OPS.matmul(rows, own), columns);
      sum = OPS.add(sum, part.reshape(1, tiles.height(), tiles.width()));
    }
    return sum;
  }
}
