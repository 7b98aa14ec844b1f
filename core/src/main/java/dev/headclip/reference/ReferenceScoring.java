package dev.headclip.reference;

import dev.headclip.HeadClipException;
import dev.headclip.map.AnomalyMap;
import dev.headclip.map.MapOperator;
import dev.headclip.method.JointScoring;
import dev.headclip.method.RecordableScoring;
import dev.headclip.method.Scores;
import dev.headclip.method.Scoring;
import dev.headclip.tensor.HostOps;
import dev.headclip.tensor.HostTensor;
import dev.headclip.tensor.TensorOps;
import dev.headclip.tensor.Tensors;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * From distances to references to a map and a score, joined with the method's own.
 *
 * <p>A joined value v becomes v / (v + end), so that results lie in [0,1), grow with v, and are 0.5
 * where normal references end ({@link NormalEnds}).
 */
public class ReferenceScoring implements Scoring {
  /** The score and the map value where normal references end. */
  public static final double END = 0.5;

  /** The joined map in units of its own, [B,S,S]. */
  public static final String RAW_MAP = "raw_map";

  /** The joined score in units of its own, [B]. */
  public static final String RAW_SCORE = "raw_score";

  /** Evidence that stands in the place of the distances' score, [B]: what a batch made of it. */
  static final String RESCORED = "rescored";

  /** The score of the distances' map, [B]. */
  static final String REFERENCE_SCORE = "reference_score";

  /** The distances' map, [B,S,S]. */
  static final String REFERENCE_MAP = "reference_map";

  /** The method's own score, [B]. */
  static final String OWN_SCORE = "own_score";

  /** The method's own map, [B,S,S]. */
  static final String OWN_MAP = "own_map";

  private static final double THREE_SIGMA = 4;
  private static final HostOps HOST = new HostOps();

  private final Scoring own;
  private final ReferenceSettings settings;
  private final NormalEnds ends;
  private final MapOperator operator;

  private ReferenceScoring(
      Scoring own, ReferenceSettings settings, NormalEnds ends, MapOperator operator) {
    this.own = own;
    this.settings = settings;
    this.ends = ends;
    this.operator = operator;
  }

  /**
   * A scoring beside a method's own.
   *
   * @param own what the method makes of its evidence
   * @param grid patches along a side of the network's input
   * @param size side of the network's input, pixels
   */
  public static ReferenceScoring of(
      Scoring own, ReferenceSettings settings, NormalEnds ends, int grid, int size) {
    MapOperator operator = operator(settings, grid, size);
    return own instanceof RecordableScoring recordable
        ? new Recordable(recordable, settings, ends, operator)
        : new ReferenceScoring(own, settings, ends, operator);
  }

  private static MapOperator operator(ReferenceSettings s, int grid, int size) {
    if (s.smoothing() == ReferenceSettings.Smoothing.THREE) {
      return MapOperator.three(grid, size, THREE_SIGMA);
    }
    double sigma = s.sigma(size / grid);
    return s.corners()
        ? MapOperator.cornersAligned(grid, size, sigma)
        : new MapOperator(grid, size, sigma);
  }

  /** Of a method whose own scoring can be recorded. */
  private static final class Recordable extends ReferenceScoring implements RecordableScoring {
    private final RecordableScoring own;

    Recordable(
        RecordableScoring own, ReferenceSettings settings, NormalEnds ends, MapOperator operator) {
      super(own, settings, ends, operator);
      this.own = own;
    }

    @Override
    public <T> Tensors<T> record(TensorOps<T> ops, Tensors<T> evidence) {
      return joined(ops, own.record(ops, evidence), evidence, Optional.empty());
    }

    @Override
    public Scores of(Tensors<HostTensor> evidence, int width, int height) {
      return super.of(evidence, width, height);
    }
  }

  /**
   * The same with other ends.
   *
   * @param to where normal references end
   */
  public ReferenceScoring with(NormalEnds to) {
    return own instanceof RecordableScoring recordable
        ? new Recordable(recordable, settings, to, operator)
        : new ReferenceScoring(own, settings, to, operator);
  }

  @Override
  public Scores of(Tensors<HostTensor> evidence, int width, int height) {
    Tensors<HostTensor> all = values(evidence, width, height);
    Scores joined = RecordableScoring.scores(all);
    float raw = all.get(RAW_SCORE).data()[0];
    if (!Float.isFinite(raw)) {
      throw new HeadClipException("the distance to the references is %s".formatted(raw));
    }
    HostTensor map = all.get(RAW_MAP);
    Scores.Raw values = new Scores.Raw(raw, new AnomalyMap(map.size(-1), map.size(-2), map.data()));
    return new Scores(
        joined.score(), joined.global(), joined.local(), joined.map(), Optional.of(values));
  }

  /** Whether the method's own map and score play no part. */
  boolean alone() {
    return settings.join() == ReferenceSettings.Join.REFERENCE;
  }

  /** The same before it is known where anything ends. */
  public ReferenceScoring unjoined() {
    return with(NormalEnds.unknown());
  }

  /** Whether its first values are those of the distances, and no more is asked of it. */
  boolean onlyReference() {
    return alone() && ends.equals(NormalEnds.unknown());
  }

  /**
   * Score and map of the distances of one image: {@value #REFERENCE_SCORE}, {@value
   * #REFERENCE_MAP}.
   */
  Tensors<HostTensor> reference(Tensors<HostTensor> evidence) {
    HostTensor distances = evidence.get(ReferenceScorer.DISTANCE);
    HostTensor map = JointScoring.counted(HOST, evidence, operator.record(HOST, distances));
    HostTensor score =
        evidence.has(RESCORED)
            ? evidence.get(RESCORED)
            : top(HOST, map, distances, JointScoring.pixels(evidence));
    return Tensors.of(REFERENCE_SCORE, score, REFERENCE_MAP, map);
  }

  /** Everything that {@link #joined} gives, of one image. */
  Tensors<HostTensor> values(Tensors<HostTensor> evidence, int width, int height) {
    Scores s = own.of(evidence, width, height);
    Tensors<HostTensor> method =
        Tensors.of(
                RecordableScoring.MAP,
                HostTensor.of(s.map().values(), 1, s.map().height(), s.map().width()),
                RecordableScoring.GLOBAL,
                one(s.global()))
            .with(RecordableScoring.LOCAL, one(s.local()))
            .with(RecordableScoring.SCORE, one(s.score()));
    Optional<HostTensor> rescored =
        evidence.has(RESCORED) ? Optional.of(evidence.get(RESCORED)) : Optional.empty();
    return joined(HOST, method, evidence, rescored);
  }

  private static HostTensor one(double value) {
    return HostTensor.of(new float[] {(float) value}, 1);
  }

  /**
   * The method's results and the distances, joined.
   *
   * @param method what a {@link RecordableScoring} gives
   * @param evidence with distances [B,N], and which pixels count where not all do
   * @param rescored in the place of the distances' score
   */
  final <T> Tensors<T> joined(
      TensorOps<T> ops, Tensors<T> method, Tensors<T> evidence, Optional<T> rescored) {
    T distances = evidence.get(ReferenceScorer.DISTANCE);
    T map = JointScoring.counted(ops, evidence, operator.record(ops, distances));
    OptionalInt counted = JointScoring.pixels(evidence);
    T score = rescored.orElseGet(() -> top(ops, map, distances, counted));
    T ownMap = method.get(RecordableScoring.MAP);
    T ownScore = method.get(RecordableScoring.SCORE);
    T joinedMap;
    T joinedScore;
    T reference = score;
    switch (settings.join()) {
      case REFERENCE -> {
        joinedMap = map;
        joinedScore = score;
      }
      case BALANCED -> {
        joinedMap =
            half(
                ops,
                ops.scale(map, 1 / ends.referencePixel()),
                ops.scale(ownMap, 1 / ends.ownPixel()));
        joinedScore =
            half(
                ops,
                ops.scale(score, 1 / ends.referenceScore()),
                ops.scale(ownScore, 1 / ends.ownScore()));
      }
      case SUM -> {
        // AG test.py:246-249, where the map's largest value is stretched over a class's test images
        joinedMap = ops.add(map, ownMap);
        reference = top(ops, joinedMap, ops.reshape(joinedMap, -1, pixels()), counted);
        joinedScore = half(ops, ops.scale(reference, 1 / ends.referenceScore()), ownScore);
      }
      default -> {
        joinedMap = half(ops, map, ownMap);
        joinedScore = half(ops, score, ownScore);
      }
    }
    return Tensors.of(
            RecordableScoring.MAP,
            bounded(ops, joinedMap, ends.pixel()),
            RecordableScoring.GLOBAL,
            method.get(RecordableScoring.GLOBAL))
        .with(RecordableScoring.LOCAL, method.get(RecordableScoring.LOCAL))
        .with(RecordableScoring.SCORE, bounded(ops, joinedScore, ends.score()))
        .with(RAW_MAP, joinedMap)
        .with(RAW_SCORE, joinedScore)
        .with(REFERENCE_MAP, map)
        .with(REFERENCE_SCORE, reference)
        .with(OWN_MAP, ownMap)
        .with(OWN_SCORE, ownScore);
  }

  private int pixels() {
    return Math.multiplyExact(operator.size(), operator.size());
  }

  /**
   * @param counted pixels that count; patches are not told apart, so that the map's pixels stand
   *     for them then
   */
  private <T> T top(TensorOps<T> ops, T map, T distances, OptionalInt counted) {
    boolean ofPixels = settings.topOf() == ReferenceSettings.TopOf.PIXELS || counted.isPresent();
    T values = ofPixels ? ops.reshape(map, -1, pixels()) : distances;
    int all = Math.toIntExact(ops.shape(values)[1]);
    return ops.topMean(values, settings.top(counted.orElse(all)));
  }

  private static <T> T half(TensorOps<T> ops, T a, T b) {
    return ops.scale(ops.add(a, b), 0.5);
  }

  private static <T> T bounded(TensorOps<T> ops, T value, double end) {
    return ops.div(value, ops.plus(value, end));
  }
}
