package dev.headclip.clip;

import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * How the local path (value-value attention, "CSA") is wired: Eq. 3 to 6 and the readings of
 * spec/headclip.md sections 4.1 to 4.4. The defaults are the recommended readings.
 *
 * @param first first layer with CSA, counted from 1
 * @param last last layer with CSA, inclusive
 * @param aggregate what "aggregate over layers" means (4.2)
 * @param stateNorm what is done to each state before {@link Aggregate#MEAN_STATES} (4.2)
 * @param input what the value-value attention reads (4.3)
 * @param ffn whether the local path has the block's MLP (4.3)
 * @param constraint what is done to the head weights before use (4.4)
 * @param scaleBias whether the projection's bias is scaled by the layer's mean head weight (4.4)
 * @param weightGlobal whether the head weights scale the ordinary heads of these layers too (4.4)
 */
public record LocalPath(
    int first,
    int last,
    Aggregate aggregate,
    StateNorm stateNorm,
    Input input,
    boolean ffn,
    Constraint constraint,
    boolean scaleBias,
    boolean weightGlobal) {

  /** Readings of Eq. 6. */
  public enum Aggregate {
    /** A1: F_L = G_{first-1} + sum of CSA^l up to L. */
    RESIDUAL,
    /** A2: the sum alone. */
    SUM_NO_SKIP,
    /** A3: the mean of the running states F_first .. F_L. */
    MEAN_STATES,
    /** A4: the layer's own CSA output; use with several output layers. */
    PER_LAYER_MAPS
  }

  /** What happens to a state before it enters the mean of A3. */
  public enum StateNorm {
    NONE,
    /** The tower's final layer normalisation. */
    LN_POST
  }

  /** The stream that value-value attention reads. */
  public enum Input {
    /** The ordinary stream; the local one only accumulates (AnomalyCLIP.py:135-168). */
    GLOBAL,
    /** The local stream itself. */
    SELF
  }

  /** What is done to the learned head weights before use. */
  public enum Constraint {
    NONE,
    /** max(w, 0). */
    POSITIVE,
    /** heads x softmax over the heads of a layer: equal weights stay 1. */
    SOFTMAX
  }

  public LocalPath {
    Objects.requireNonNull(aggregate, "aggregate");
    Objects.requireNonNull(stateNorm, "stateNorm");
    Objects.requireNonNull(input, "input");
    Objects.requireNonNull(constraint, "constraint");
    if (first < 1 || last < first) {
      throw new IllegalArgumentException(
          "csa %d-%d: expected 1 <= first <= last".formatted(first, last));
    }
    boolean running = aggregate == Aggregate.RESIDUAL || aggregate == Aggregate.MEAN_STATES;
    if (!running && (ffn || input == Input.SELF)) {
      throw new IllegalArgumentException(
          "local_ffn and local_input self need aggregate residual or mean_states, found "
              + aggregate.name().toLowerCase(java.util.Locale.ROOT));
    }
  }

  /** The recommended reading for layers {@code first} to {@code last}. */
  public static LocalPath of(int first, int last) {
    return new LocalPath(
        first,
        last,
        Aggregate.RESIDUAL,
        StateNorm.NONE,
        Input.GLOBAL,
        false,
        Constraint.NONE,
        false,
        false);
  }

  /**
   * The default for a tower of {@code layers}: layers 6 to 24 of 24, and in proportion for other
   * depths.
   */
  public static LocalPath defaultFor(int layers) {
    return of(Math.max(1, layers / 4), layers);
  }

  /** Output layers where none are named: every CSA layer has its own map under A4. */
  public List<Integer> defaultOutputs(List<Integer> otherwise) {
    return aggregate == Aggregate.PER_LAYER_MAPS
        ? IntStream.rangeClosed(first, last).boxed().toList()
        : otherwise;
  }

  /** Number of layers with CSA. */
  public int layers() {
    return last - first + 1;
  }

  /** Whether layer {@code l} has CSA. */
  public boolean covers(int l) {
    return l >= first && l <= last;
  }

  /**
   * Whether the local path only accumulates what it reads from the ordinary one, and is so linear
   * in the (constrained) head weights (spec/headclip.md section 5).
   */
  public boolean accumulates() {
    return input == Input.GLOBAL && !ffn && !weightGlobal;
  }

  void requireAccumulating() {
    if (!accumulates()) {
      throw new IllegalStateException("this local path is not linear in the head weights");
    }
  }

  /** The last CSA layer that one of {@code outputs} reads; {@code first - 1} where none does. */
  public int lastNeeded(List<Integer> outputs) {
    int highest = outputs.stream().mapToInt(Integer::intValue).max().orElse(0);
    return Math.max(first - 1, Math.min(last, highest));
  }

  public LocalPath withAggregate(Aggregate to) {
    return new LocalPath(
        first, last, to, stateNorm, input, ffn, constraint, scaleBias, weightGlobal);
  }

  public LocalPath withInput(Input to) {
    return new LocalPath(
        first, last, aggregate, stateNorm, to, ffn, constraint, scaleBias, weightGlobal);
  }

  public LocalPath withFfn(boolean to) {
    return new LocalPath(
        first, last, aggregate, stateNorm, input, to, constraint, scaleBias, weightGlobal);
  }

  public LocalPath withStateNorm(StateNorm to) {
    return new LocalPath(
        first, last, aggregate, to, input, ffn, constraint, scaleBias, weightGlobal);
  }

  public LocalPath withConstraint(Constraint to) {
    return new LocalPath(
        first, last, aggregate, stateNorm, input, ffn, to, scaleBias, weightGlobal);
  }

  public LocalPath withScaleBias(boolean to) {
    return new LocalPath(
        first, last, aggregate, stateNorm, input, ffn, constraint, to, weightGlobal);
  }

  public LocalPath withWeightGlobal(boolean to) {
    return new LocalPath(first, last, aggregate, stateNorm, input, ffn, constraint, scaleBias, to);
  }
}
