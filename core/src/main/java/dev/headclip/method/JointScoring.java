package dev.headclip.method;

import dev.headclip.map.MapOperator;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;

/**
 * The paper's scoring (Eq. 12, 7 and 8), for every method that gives a global score and a value for
 * each patch.
 *
 * <p>Evidence: {@value RecordableScoring#GLOBAL} [B] and {@value #PATCHES} [B,g*g], row-major.
 */
public final class JointScoring implements RecordableScoring {
  /** The abnormality of each patch. */
  public static final String PATCHES = "patches";

  private final ScoreSettings settings;
  private final MapOperator smooth;
  private final MapOperator raw;

  /**
   * @param grid patches along a side of the network's input
   * @param size side of the network's input, pixels
   */
  public JointScoring(ScoreSettings settings, int grid, int size) {
    this(settings, new MapOperator(grid, size, settings.sigma()), new MapOperator(grid, size, 0));
  }

  /**
   * With another way from patches to map.
   *
   * @param raw the same without the Gaussian
   */
  public JointScoring(ScoreSettings settings, MapOperator smooth, MapOperator raw) {
    this.settings = settings;
    this.smooth = smooth;
    this.raw = settings.topMap() == ScoreSettings.TopMap.RAW ? raw : smooth;
  }

  /** The evidence of a network. */
  public static <T> Tensors<T> evidence(T global, T patches) {
    return Tensors.of(GLOBAL, global, PATCHES, patches);
  }

  @Override
  public <T> Tensors<T> record(TensorOps<T> ops, Tensors<T> evidence) {
    T patches = evidence.get(PATCHES);
    T global = evidence.get(GLOBAL);
    T map = smooth.record(ops, patches);
    T scored = raw == smooth ? map : raw.record(ops, patches);
    return scores(ops, settings, global, map, scored);
  }

  /**
   * The scores of maps.
   *
   * @param global S_global, [B]
   * @param map [B,H,W]
   * @param raw the map before its Gaussian, for {@link ScoreSettings.TopMap#RAW}
   */
  public static <T> Tensors<T> scores(
      TensorOps<T> ops, ScoreSettings settings, T global, T map, T raw) {
    T scored = settings.topMap() == ScoreSettings.TopMap.RAW ? raw : map;
    long[] shape = ops.shape(scored);
    int pixels = Math.toIntExact(shape[1] * shape[2]);
    // Eq. 7
    T local = ops.topMean(ops.reshape(scored, -1, pixels), settings.top(pixels));
    T score = joint(ops, global, local, settings.lambda());
    return Tensors.of(MAP, map, GLOBAL, global).with(LOCAL, local).with(SCORE, score);
  }

  /** Eq. 8: (1 - lambda) S_global + lambda S_local, element by element. */
  public static <T> T joint(TensorOps<T> ops, T global, T local, double lambda) {
    return ops.add(ops.scale(global, 1 - lambda), ops.scale(local, lambda));
  }
}
