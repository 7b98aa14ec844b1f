package dev.headclip.method;

import dev.headclip.map.MapOperator;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;
import java.util.OptionalInt;

/**
 * The paper's scoring (Eq. 12, 7 and 8), for every method that gives a global score and a value for
 * each patch.
 *
 * <p>Evidence: {@value RecordableScoring#GLOBAL} [B] and {@value #PATCHES} [B,g*g], row-major.
 */
public final class JointScoring implements RecordableScoring {
  /** The abnormality of each patch. */
  public static final String PATCHES = "patches";

  /** Evidence of which map pixels count, [B,S,S] of 0 and 1; absent where all do. */
  public static final String COUNTED = "counted";

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
    T map = counted(ops, evidence, smooth.record(ops, patches));
    T scored = raw == smooth ? map : counted(ops, evidence, raw.record(ops, patches));
    return scores(ops, settings, global, map, scored, pixels(evidence));
  }

  /** A map [B,S,S] that is 0 where pixels do not count. */
  public static <T> T counted(TensorOps<T> ops, Tensors<T> evidence, T map) {
    return evidence.has(COUNTED) ? ops.mul(map, evidence.get(COUNTED)) : map;
  }

  /** The number of pixels that count in one image, where some do not; known beside a graph only. */
  public static OptionalInt pixels(Tensors<?> evidence) {
    if (!evidence.has(COUNTED) || !(evidence.get(COUNTED) instanceof HostTensor t)) {
      return OptionalInt.empty();
    }
    int n = 0;
    for (float v : t.data()) {
      n += v > 0 ? 1 : 0;
    }
    return OptionalInt.of(Math.max(1, n));
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
    return scores(ops, settings, global, map, raw, OptionalInt.empty());
  }

  private static <T> Tensors<T> scores(
      TensorOps<T> ops, ScoreSettings settings, T global, T map, T raw, OptionalInt counted) {
    T scored = settings.topMap() == ScoreSettings.TopMap.RAW ? raw : map;
    long[] shape = ops.shape(scored);
    int pixels = Math.toIntExact(shape[1] * shape[2]);
    // Eq. 7
    T local = ops.topMean(ops.reshape(scored, -1, pixels), settings.top(counted.orElse(pixels)));
    T score = joint(ops, global, local, settings.lambda());
    return Tensors.of(MAP, map, GLOBAL, global).with(LOCAL, local).with(SCORE, score);
  }

  /** Eq. 8: (1 - lambda) S_global + lambda S_local, element by element. */
  public static <T> T joint(TensorOps<T> ops, T global, T local, double lambda) {
    return ops.add(ops.scale(global, 1 - lambda), ops.scale(local, lambda));
  }
}
